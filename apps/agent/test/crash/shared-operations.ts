import { parseId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import type { ExternalLeaseId } from "../../src/storage/contract/external-leases.ts";
import { attachedId, masterId, poolId, secondId } from "./ids.ts";
import type { Operation } from "./operation.ts";
import { task } from "./operations.ts";

/** With an io_timeout of 2 s it takes 5, after an unclean end longer. */
const JOIN_MS = 60_000;

const lease = (number: number) => ({
  domainId: masterId,
  leaseId: parseId<ExternalLeaseId>(`c000000${number}-0000-4000-8000-000000000000`),
});

const all = {
  "create a lease": { act: task((storage) => storage.externalLeases.create(poolId, lease(1))) },
  "delete a lease": {
    prepare: task((storage) => storage.externalLeases.create(poolId, lease(2))),
    act: task((storage) => storage.externalLeases.delete(poolId, lease(2))),
  },
  "rebuild the leases": {
    prepare: task((storage) => storage.externalLeases.create(poolId, lease(3))),
    act: task((storage) => storage.externalLeases.rebuild(poolId, masterId)),
  },
  // The host joins and leaves: what a membership leaves behind must not keep anybody from the domain.
  "activate a domain": {
    act: async (storage) => {
      await storage.domains.activate(attachedId, poolId);
      const isMember = (): boolean => storage.vitals().get(attachedId)?.isAcquired === true;
      await poll("joining the domain", isMember, { timeoutMs: JOIN_MS, everyMs: 20 });
    },
  },
  "deactivate a domain": { act: (storage) => storage.domains.deactivate(secondId, poolId), endsMemberships: true },
} satisfies Readonly<Record<string, Operation>>;

export type SharedOperationName = keyof typeof all;

/** What there is on shared storage only. */
export const sharedOperations: Readonly<Record<SharedOperationName, Operation>> = all;

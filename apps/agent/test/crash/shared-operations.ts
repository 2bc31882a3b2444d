import { parseId } from "@yagura/std/ids.ts";
import type { ExternalLeaseId } from "../../src/storage/storage.ts";
import { masterId, poolId } from "./ids.ts";
import type { Operation } from "./operation.ts";
import { task } from "./operations.ts";

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
} satisfies Readonly<Record<string, Operation>>;

export type SharedOperationName = keyof typeof all;

/** What there is on shared storage only. */
export const sharedOperations: Readonly<Record<SharedOperationName, Operation>> = all;

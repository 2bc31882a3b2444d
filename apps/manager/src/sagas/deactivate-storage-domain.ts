import type { StorageDomainStatus } from "@yagura/lifecycles";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import { getDataCenter, updateDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import { deactivateDomain } from "../hosts/host-domains.ts";
import { leavePool } from "../hosts/host-master.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { giveMasterOn, replaceLostMaster } from "./move-master.ts";
import { listReachableHosts, onEachHost, tellHosts } from "./pool-hosts.ts";
import {
  aboutUse,
  type ChangeDomainUse,
  setDomainStatus,
  talkToActingHost,
  type UseInput,
} from "./storage-domain-use.ts";
import { getPool, talkTo } from "./talk.ts";

export interface DeactivateStorageDomain extends ChangeDomainUse {
  /** The domain is the master, and this one becomes it. */
  readonly successorId?: StorageDomainId;
  /** No host reaches the master any more: the role is not given on, it is taken. */
  readonly isLost?: boolean;
  /** What it was before, for the case that it stays. */
  readonly formerStatus?: StorageDomainStatus;
}

type Input = Omit<UseInput, "params"> & { readonly params: DeactivateStorageDomain };

/** Puts a domain into maintenance: no host uses it any more. With the last one the data center is in maintenance too. */
export const deactivateStorageDomain = saga<DeactivateStorageDomain, SagaDeps>(
  "deactivate-storage-domain",
  {
    "mark the domain as leaving": {
      run: (input) => setDomainStatus(input, "preparing_for_maintenance"),
      undo: (input) => setDomainStatus(input, input.params.formerStatus ?? "active"),
    },
    "give the role of the master on": {
      async run(input) {
        const { successorId, isLost } = input.params;
        if (isLost === true) return replaceLostMaster(input, input.params);
        if (successorId !== undefined) await giveMasterOn(input, { ...input.params, successorId });
      },
    },
    "deactivate the domain": {
      async run(input) {
        const { isMaster, isLost } = input.params;
        // Nobody reaches it, and the new master's pool does not know it as one in use.
        if (isLost === true) return;
        if (isMaster) return endUseOfPool(input);
        const talk = await talkToActingHost(input);
        await deactivateDomain(
          talk,
          input.params,
          await getPool(input.deps.db, input.params.dataCenterId, talk.hostId),
        );
      },
    },
    "mark the domain as in maintenance": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          await updateStorageDomain(tx, params.domainId, { status: "maintenance" });
          if (params.isMaster)
            await updateDataCenter(tx, params.dataCenterId, { status: "maintenance", spmHostId: null });
        }),
    },
    "tell the hosts": {
      async run(input) {
        const { domainId, dataCenterId } = input.params;
        const { connection } = await getStorageDomain(input.deps.db, domainId);
        await tellHosts(input, dataCenterId, connection);
      },
    },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    if (outcome.outcome !== "succeeded") return;
    await announce(tx, deps.clock, {
      name: "storageDomainDeactivated",
      ...(await aboutUse(tx, params, correlationId)),
    });
    deps.wake("connect-storage");
  },
);

/**
 * All hosts leave the pool, its manager before the others. A host that does not answer keeps its part; with nothing in use it
 * does no harm, and the next manager waits for the lease.
 */
async function endUseOfPool(input: Input): Promise<void> {
  const { dataCenterId } = input.params;
  const { spmHostId } = await getDataCenter(input.deps.db, dataCenterId);
  const manager = (await listReachableHosts(input, dataCenterId)).find(({ id }) => id === spmHostId);
  if (manager !== undefined) {
    await leavePool(talkTo(input, manager.id), { dataCenterId, hostNumber: manager.poolNumber });
  }
  await onEachHost(input, dataCenterId, (talk, host) => leavePool(talk, { dataCenterId, hostNumber: host.poolNumber }));
}

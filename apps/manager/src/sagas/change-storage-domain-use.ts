import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { getDataCenter, updateDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { activateDomain, deactivateDomain, ensureDomainDetached } from "../hosts/host-domains.ts";
import { connectPool, disconnectPool, ensureNoPoolOnStorage, ensureSpm, stopSpm } from "../hosts/host-pools.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { findPool, talkTo } from "./talk.ts";

export interface ChangeDomainUse {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
  /** The storage pool manager, or the host that becomes it. */
  readonly hostId: HostId;
  /** The last domain takes the pool along: no host is its manager any more. */
  readonly isMaster: boolean;
  readonly user?: EventSubject;
}

type Input = StepInput<ChangeDomainUse, SagaDeps>;

/** Uses a domain again that was in maintenance. */
export const activateStorageDomain = saga<ChangeDomainUse, SagaDeps>(
  "activate-storage-domain",
  {
    "mark the domain as being activated": {
      run: (input) => setStatus(input, "activating"),
      undo: (input) => setStatus(input, "maintenance"),
    },
    "activate the domain": {
      async run(input) {
        const [talk, pool] = [talkTo(input, input.params.hostId), await poolOf(input)];
        const { connection } = await getStorageDomain(input.deps.db, input.params.domainId);
        await ensureStorageServer(talk, connection, input.params.dataCenterId);
        if (input.params.isMaster) await connectPool(talk, pool);
        await ensureSpm(talk, pool.dataCenterId);
        await activateDomain(talk, input.params);
      },
    },
    "mark the domain as active": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          await updateStorageDomain(tx, params.domainId, { status: "active" });
          if (!params.isMaster) return;
          await updateDataCenter(tx, params.dataCenterId, { status: "up", spmHostId: params.hostId });
        }),
    },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    if (outcome.outcome !== "succeeded") return;
    await announce(tx, deps.clock, { name: "storageDomainActivated", ...(await about(tx, params, correlationId)) });
  },
);

/** Puts a domain into maintenance: no host uses it any more. With the master the data center is in maintenance too. */
export const deactivateStorageDomain = saga<ChangeDomainUse, SagaDeps>(
  "deactivate-storage-domain",
  {
    "mark the domain as leaving": {
      run: (input) => setStatus(input, "preparing_for_maintenance"),
      undo: (input) => setStatus(input, "active"),
    },
    "deactivate the domain": {
      async run(input) {
        const [talk, pool] = [talkTo(input, input.params.hostId), await poolOf(input)];
        if (input.params.isMaster) {
          await stopSpm(talk, pool.dataCenterId);
          await disconnectPool(talk, pool);
        } else {
          await ensureSpm(talk, pool.dataCenterId);
          await deactivateDomain(talk, input.params, pool);
        }
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
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    if (outcome.outcome !== "succeeded") return;
    await announce(tx, deps.clock, { name: "storageDomainDeactivated", ...(await about(tx, params, correlationId)) });
  },
);

/** Takes a domain in maintenance out of its data center; what is on it stays on it. */
export const detachStorageDomain = saga<ChangeDomainUse, SagaDeps>("detach-storage-domain", {
  "mark the domain as leaving": {
    run: (input) => setStatus(input, "locked"),
    undo: (input) => setStatus(input, "maintenance"),
  },
  "take the domain out of the pool": {
    async run(input) {
      const [talk, pool] = [talkTo(input, input.params.hostId), await poolOf(input)];
      if (input.params.isMaster) return ensureNoPoolOnStorage(talk, pool);
      await ensureSpm(talk, pool.dataCenterId);
      await ensureDomainDetached(talk, input.params, pool);
    },
  },
  "mark the domain as unattached": {
    run: ({ params, deps, correlationId }) =>
      transaction(deps.db, async (tx) => {
        if ((await getStorageDomain(tx, params.domainId)).status !== "locked") return;
        const subjects = await about(tx, params, correlationId);
        await updateStorageDomain(tx, params.domainId, { status: "unattached", dataCenterId: null, isMaster: false });
        if (params.isMaster) {
          await updateDataCenter(tx, params.dataCenterId, {
            status: "uninitialized",
            masterVersion: 0,
            spmHostId: null,
          });
        }
        await announce(tx, deps.clock, { name: "storageDomainDetached", ...subjects });
      }),
  },
});

async function setStatus(
  { params, deps }: Input,
  status: "activating" | "maintenance" | "preparing_for_maintenance" | "active" | "locked",
): Promise<void> {
  await transaction(deps.db, (tx) => updateStorageDomain(tx, params.domainId, { status }));
}

async function poolOf({ params, deps }: Input) {
  const pool = await findPool(deps.db, params.dataCenterId, params.hostId);
  if (pool === undefined) throw new Error(`data center ${params.dataCenterId} has no master domain`);
  return pool;
}

async function about(tx: Parameters<typeof getStorageDomain>[0], params: ChangeDomainUse, correlationId: string) {
  const [domain, dataCenter] = [
    await getStorageDomain(tx, params.domainId),
    await getDataCenter(tx, params.dataCenterId),
  ];
  return {
    correlationId,
    ...(params.user !== undefined && { user: params.user }),
    storageDomain: { id: domain.id, name: domain.name },
    dataCenter: { id: dataCenter.id, name: dataCenter.name },
  };
}

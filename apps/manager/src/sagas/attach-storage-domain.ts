import { storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { getDataCenter, updateDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { activateDomain, ensureDomainAttached, ensureDomainDetached } from "../hosts/host-domains.ts";
import { connectPool, ensureNoPoolOnStorage, ensurePoolOnStorage, ensureSpm } from "../hosts/host-pools.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { findPool, talkTo } from "./talk.ts";

export interface AttachStorageDomain {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
  /** The host that does it: the storage pool manager, or with the first domain the one that becomes it. */
  readonly hostId: HostId;
  /** The first domain of a data center becomes its master. */
  readonly isFirst: boolean;
  readonly user?: EventSubject;
}

/** Records that the domain belongs to the data center, locked. */
export async function recordAttachment(
  tx: Tx,
  { domainId, dataCenterId, isFirst }: AttachStorageDomain,
): Promise<void> {
  await updateStorageDomain(tx, domainId, { status: "locked", dataCenterId, isMaster: isFirst });
  if (isFirst) await updateDataCenter(tx, dataCenterId, { masterVersion: 1 });
}

type Input = StepInput<AttachStorageDomain, SagaDeps>;

/** Makes a domain part of a data center's storage, and uses it. With the first one the data center comes up. */
export const attachStorageDomain = saga<AttachStorageDomain, SagaDeps>(
  "attach-storage-domain",
  {
    "record the domain as attached": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordAttachment(tx, params)),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          await updateStorageDomain(tx, params.domainId, { status: "unattached", dataCenterId: null, isMaster: false });
          if (!params.isFirst) return;
          await updateDataCenter(tx, params.dataCenterId, {
            masterVersion: 0,
            status: "uninitialized",
            spmHostId: null,
          });
        }),
    },
    "connect the storage": {
      async run(input) {
        const { connection } = await getStorageDomain(input.deps.db, input.params.domainId);
        await ensureStorageServer(talkTo(input, input.params.hostId), connection, input.params.dataCenterId);
      },
    },
    "put the domain into the pool": {
      async run(input) {
        const [talk, pool] = [talkTo(input, input.params.hostId), await poolOf(input)];
        if (input.params.isFirst) {
          await ensurePoolOnStorage(talk, pool);
          await connectPool(talk, pool);
        }
        // While this saga has the data center for itself, nobody else makes an agent that started again its manager.
        await ensureSpm(talk, pool.dataCenterId);
        if (!input.params.isFirst) await ensureDomainAttached(talk, input.params);
      },
      async undo(input) {
        const [talk, pool] = [talkTo(input, input.params.hostId), await poolOf(input)];
        if (input.params.isFirst) return ensureNoPoolOnStorage(talk, pool);
        await ensureSpm(talk, pool.dataCenterId);
        await ensureDomainDetached(talk, input.params, pool);
      },
    },
    "activate the domain": {
      async run(input) {
        const talk = talkTo(input, input.params.hostId);
        await ensureSpm(talk, input.params.dataCenterId);
        await activateDomain(talk, input.params);
      },
    },
    "mark the domain as active": {
      run: ({ params: { domainId, dataCenterId, hostId, isFirst }, deps }) =>
        transaction(deps.db, async (tx) => {
          const domain = await getStorageDomain(tx, domainId);
          if (domain.status !== "locked") return;
          await updateStorageDomain(tx, domainId, { status: storageDomainLifecycle.nextStatus("locked", "attached") });
          if (isFirst) await updateDataCenter(tx, dataCenterId, { status: "up", spmHostId: hostId });
        }),
    },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    const [domain, dataCenter] = [
      await getStorageDomain(tx, params.domainId),
      await getDataCenter(tx, params.dataCenterId),
    ];
    const about = {
      correlationId,
      ...(params.user !== undefined && { user: params.user }),
      storageDomain: { id: domain.id, name: domain.name },
      dataCenter: { id: dataCenter.id, name: dataCenter.name },
    };
    if (outcome.outcome !== "succeeded") {
      await announce(tx, deps.clock, {
        name: "storageDomainAttachmentFailed",
        ...about,
        details: { reason: outcome.error },
      });
      return;
    }
    await announce(tx, deps.clock, { name: "storageDomainAttached", ...about });
    if (params.isFirst) await announce(tx, deps.clock, { name: "dataCenterUp", ...about });
    deps.wake("connect-storage");
  },
);

async function poolOf({ params, deps }: Input) {
  const pool = await findPool(deps.db, params.dataCenterId, params.hostId);
  if (pool === undefined) throw new Error(`data center ${params.dataCenterId} has no master domain`);
  return pool;
}

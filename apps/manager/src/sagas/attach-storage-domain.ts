import { storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { findDataCenter, getDataCenter, updateDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import {
  activateDomain,
  deactivateDomain,
  ensureDomainAttached,
  ensureDomainDetached,
  ensureInNoOtherPool,
  findDomainInfo,
} from "../hosts/host-domains.ts";
import { leavePool } from "../hosts/host-master.ts";
import { connectPool, ensureNoPoolOnStorage, ensurePoolOnStorage, ensureSpm } from "../hosts/host-pools.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToSomeHost, tellHosts } from "./pool-hosts.ts";
import { getPool, talkToStorageManager } from "./talk.ts";

export interface AttachStorageDomain {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
  /** The host that becomes the storage pool manager with the first domain, as long as it can be reached. */
  readonly hostId: HostId;
  /** The first domain of a data center becomes its master. */
  readonly isFirst: boolean;
  /** The storage may say that it belongs to another pool: it is taken from that one. */
  readonly takesOver?: boolean;
  readonly user?: EventSubject;
}

/** The storage itself says that the domain is part of another pool, and nobody has confirmed that it is not any more. */
export class DomainOfOtherPool extends Error {
  override readonly name = "DomainOfOtherPool";

  constructor(domainName: string, poolId: string, dataCenterName: string | undefined) {
    super(
      `Cannot attach Storage. The Storage Domain ${domainName} is attached to ${
        dataCenterName === undefined ? `the Data Center ${poolId} of another Manager` : `Data Center ${dataCenterName}`
      }. If no host uses it there any more, confirm that it is to be taken over: attach it with force=true.`,
    );
  }
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
      run: async (input) => void (await talkAndConnect(input)),
    },
    "take the domain from its former pool": {
      run: async (input) => takeFromFormerPool(input, await talkAndConnect(input)),
    },
    "put the domain into the pool": {
      async run(input) {
        const talk = await talkAndConnect(input);
        if (!input.params.isFirst) return ensureDomainAttached(talk, input.params);
        const pool = await getPool(input.deps.db, input.params.dataCenterId, talk.hostId);
        await ensurePoolOnStorage(talk, pool);
        await connectPool(talk, pool);
        // While this saga has the data center for itself, nobody else makes an agent that started again its manager.
        await ensureSpm(talk, pool.dataCenterId);
      },
      async undo(input) {
        const talk = await talkAndConnect(input);
        const pool = await getPool(input.deps.db, input.params.dataCenterId, talk.hostId);
        if (input.params.isFirst) return ensureNoPoolOnStorage(talk, pool);
        await ensureDomainDetached(talk, input.params, pool);
      },
    },
    "activate the domain": {
      async run(input) {
        const talk = await talkAndConnect(input);
        if (input.params.isFirst) await ensureSpm(talk, input.params.dataCenterId);
        await activateDomain(talk, input.params);
      },
      async undo(input) {
        if (input.params.isFirst) return;
        const talk = await talkAndConnect(input);
        const info = await findDomainInfo(talk, input.params.domainId);
        if (info?.pool.includes(input.params.dataCenterId) !== true) return;
        const pool = await getPool(input.deps.db, input.params.dataCenterId, talk.hostId);
        await deactivateDomain(talk, input.params, pool);
      },
    },
    "mark the domain as active": {
      async run(input) {
        const { domainId, dataCenterId, isFirst } = input.params;
        const { hostId } = await talkToActingHost(input);
        await transaction(input.deps.db, async (tx) => {
          const domain = await getStorageDomain(tx, domainId);
          if (domain.status !== "locked") return;
          await updateStorageDomain(tx, domainId, { status: storageDomainLifecycle.nextStatus("locked", "attached") });
          if (isFirst) await updateDataCenter(tx, dataCenterId, { status: "up", spmHostId: hostId });
        });
      },
    },
    "tell the hosts": {
      run: (input) => tellHosts(input, input.params.dataCenterId),
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

type ActingHost = HostTalk & { readonly hostId: HostId };

/** With the first domain the host that becomes the manager of the pool, else that manager. */
async function talkToActingHost(input: Input): Promise<ActingHost> {
  const { isFirst, dataCenterId, hostId } = input.params;
  if (!isFirst) return talkToStorageManager(input, dataCenterId);
  const talk = await talkToSomeHost(input, dataCenterId, hostId);
  return { ...talk, hostId: talk.host.id };
}

/** Each try may be another host's: it is connected to the storage first. */
async function talkAndConnect(input: Input): Promise<ActingHost> {
  const talk = await talkToActingHost(input);
  const { connection } = await getStorageDomain(input.deps.db, input.params.domainId);
  await ensureStorageServer(talk, connection, input.params.dataCenterId);
  return talk;
}

async function takeFromFormerPool({ params, deps }: Input, talk: ActingHost): Promise<void> {
  const info = await findDomainInfo(talk, params.domainId);
  const former = info?.pool.find((poolId) => poolId !== params.dataCenterId);
  if (former === undefined) return;
  const { name } = await getStorageDomain(deps.db, params.domainId);
  if (params.takesOver !== true) {
    const known = await findDataCenter(deps.db, former as DataCenterId);
    throw new DomainOfOtherPool(name, former, known?.name);
  }
  const pool = await getPool(deps.db, params.dataCenterId, talk.hostId);
  // A pool that begins with this domain has no manager yet: the host does it as one that is in no pool.
  if (params.isFirst) await leavePool(talk, pool);
  await ensureInNoOtherPool(talk, params, pool);
}

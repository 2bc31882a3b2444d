import type { StorageDomainStatus } from "@yagura/lifecycles";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import type { Db } from "../db/database.ts";
import { getDataCenter } from "../db/queries/data-centers.ts";
import { getHost } from "../db/queries/hosts.ts";
import { listStorageDomains } from "../db/queries/storage-domains.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import type { PoolOnHost } from "../hosts/host-pools.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import { type SpmTalk, spmTalk } from "../hosts/spm-talk.ts";
import type { SagaDeps } from "./deps.ts";

/**
 * A failover takes two or three minutes where hosts wait longest for the storage, and a host that was switched off some more
 * to start. Whoever waits longer waits for somebody to mend something, and is better told so.
 */
const SPM_MS_MAX = 10 * 60_000;

/** At this moment no host may change the structure of the data center's storage. One will be chosen. */
export class NoStorageManager extends Error {
  override readonly name = "NoStorageManager";
  readonly retryable = true;
  readonly patienceMs = SPM_MS_MAX;

  constructor(dataCenterName: string) {
    super(`no host manages the storage of data center ${dataCenterName} at the moment`);
  }
}

/** The data center has no storage any more, and so never a manager of it: nothing is to be waited for. */
export class NoStorage extends Error {
  override readonly name = "NoStorage";

  constructor(dataCenterName: string) {
    super(`data center ${dataCenterName} has no storage`);
  }
}

interface Within {
  readonly deps: SagaDeps;
  readonly signal: AbortSignal;
  readonly tellWait?: (what: string | undefined) => Promise<void>;
}

/** @throws HostUnreachable */
export function talkTo({ deps, signal }: Within, hostId: HostId): HostTalk {
  return { calls: deps.hosts.calls(hostId), clock: deps.clock, signal };
}

/** So long one try of a step waits for a host to become the storage's manager; a saga tries its step again after that. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 100;

/**
 * The one host that may change the structure of the data center's storage, with the epoch of its lease: every call of
 * `talk.calls` carries it, so that a command that comes late, to a host that is SPM again or not any more, is refused (654).
 *
 * While there is none, or a failover is under way, it waits for one. Ask anew in every try of a step and do not keep the
 * answer: a step whose SPM went away ends with a transient error (`isTransient`), is tried again, asks here who is SPM
 * now, and looks what of its work is done.
 * @throws NoStorageManager, HostUnreachable: both transient, the first one for some minutes; NoStorage
 */
export async function talkToStorageManager(within: Within, dataCenterId: DataCenterId): Promise<SpmTalk> {
  const { db, clock, wake } = within.deps;
  let { name, spmHostId, spmEpoch, status } = await getDataCenter(db, dataCenterId);
  if (status === "uninitialized" && spmHostId === undefined) throw new NoStorage(name);
  if (spmHostId === undefined) {
    wake("connect-storage");
    await within.tellWait?.(`Waiting for a host to manage the storage of data center ${name}`);
    await poll(
      "a host to become the storage pool manager",
      async () => {
        ({ name, spmHostId, spmEpoch, status } = await getDataCenter(db, dataCenterId));
        return spmHostId !== undefined;
      },
      { timeoutMs: PATIENCE_MS, everyMs: LOOK_MS, clock, signal: within.signal },
    ).catch((error: unknown) => {
      if (!(error instanceof DeadlineExceeded)) throw error;
    });
  }
  if (spmHostId === undefined) throw new NoStorageManager(name);
  await within.tellWait?.(undefined);
  const onNotSpm = (): void => wake("connect-storage");
  return spmTalk(talkTo(within, spmHostId), { hostId: spmHostId, epoch: spmEpoch, onNotSpm });
}

/** The data center's pool as one of its hosts must be told it; `undefined` while it has no master. */
export async function findPool(db: Db, dataCenterId: DataCenterId, hostId: HostId): Promise<PoolOnHost | undefined> {
  const [dataCenter, host, domains] = [
    await getDataCenter(db, dataCenterId),
    await getHost(db, hostId),
    await listStorageDomains(db, { dataCenterId }),
  ];
  const master = domains.find((domain) => domain.isMaster);
  if (master === undefined) return undefined;
  return {
    dataCenterId,
    name: dataCenter.name,
    masterId: master.id,
    masterVersion: dataCenter.masterVersion,
    hostNumber: host.poolNumber,
    ioTimeoutSeconds: dataCenter.ioTimeoutSeconds,
    domains: domains.map((domain) => ({ id: domain.id, isActive: isUsedByHosts(domain) })),
  };
}

/** @throws Error when the data center has no master domain */
export async function getPool(db: Db, dataCenterId: DataCenterId, hostId: HostId): Promise<PoolOnHost> {
  const pool = await findPool(db, dataCenterId, hostId);
  if (pool === undefined) throw new Error(`data center ${dataCenterId} has no master domain`);
  return pool;
}

const statusesInUse: readonly StorageDomainStatus[] = ["active", "inactive", "unknown", "activating"];

/**
 * Whether hosts keep it connected and watch it. The first domain of a pool is used while it is still being attached, and the
 * master until its role is somebody else's.
 */
export function isUsedByHosts({ status, isMaster }: Pick<StorageDomain, "status" | "isMaster">): boolean {
  return (
    statusesInUse.includes(status) || (isMaster && (status === "locked" || status === "preparing_for_maintenance"))
  );
}

import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import type { Db } from "../db/database.ts";
import { getDataCenter } from "../db/queries/data-centers.ts";
import { getHost } from "../db/queries/hosts.ts";
import { listStorageDomains } from "../db/queries/storage-domains.ts";
import type { PoolOnHost } from "../hosts/host-pools.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";

/** At this moment no host may change the structure of the data center's storage. One will be chosen. */
export class NoStorageManager extends Error {
  override readonly name = "NoStorageManager";
  readonly retryable = true;

  constructor(dataCenterName: string) {
    super(`no host manages the storage of data center ${dataCenterName} at the moment`);
  }
}

interface Within {
  readonly deps: SagaDeps;
  readonly signal: AbortSignal;
}

/** @throws HostUnreachable */
export function talkTo({ deps, signal }: Within, hostId: HostId): HostTalk {
  return { calls: deps.hosts.calls(hostId), clock: deps.clock, signal };
}

/** The one host that may change the structure of the data center's storage. @throws NoStorageManager, HostUnreachable */
export async function talkToStorageManager(within: Within, dataCenterId: DataCenterId): Promise<HostTalk> {
  const dataCenter = await getDataCenter(within.deps.db, dataCenterId);
  if (dataCenter.spmHostId === undefined) {
    within.deps.wake("connect-storage");
    throw new NoStorageManager(dataCenter.name);
  }
  return talkTo(within, dataCenter.spmHostId);
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
    domains: domains.map((domain) => ({
      id: domain.id,
      isActive: domain.status !== "maintenance" && domain.status !== "preparing_for_maintenance",
    })),
  };
}

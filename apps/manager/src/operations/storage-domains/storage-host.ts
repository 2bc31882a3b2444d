import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getHost, listHosts } from "../../db/queries/hosts.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { StorageType } from "../../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { listHostsOfDataCenter } from "../../sagas/pool-hosts.ts";

export { listHostsOfDataCenter };

/**
 * The host through which a domain's use is changed: the storage pool manager, or the one that will be.
 * @throws OperationRefused
 */
export async function chooseStorageHost(
  db: Db,
  attempt: string,
  dataCenterId: DataCenterId,
  domain: StorageDomain,
): Promise<HostId> {
  const { spmHostId } = await getDataCenter(db, dataCenterId);
  if (spmHostId !== undefined) return spmHostId;
  const { hostId } = domain.connection;
  const host = (await listHostsOfDataCenter(db, dataCenterId)).find(
    (each) => each.status === "up" && (hostId === undefined || each.id === hostId),
  );
  if (host === undefined)
    throw new OperationRefused("conflict", attempt, ["There is no active Host in the Data Center."]);
  return host.id;
}

/**
 * The host through which storage that is in no data center is made or looked at: the one that is asked for, or for shared
 * storage any that is up. A host of a local data center has local storage only, the others have none.
 * @throws OperationRefused, NotFound
 */
export async function chooseHostForStorage(
  db: Db,
  attempt: string,
  { hostId, type }: { readonly hostId?: HostId; readonly type: StorageType },
): Promise<Host> {
  const isLocal = type === "localfs";
  if (hostId !== undefined) {
    const host = await getHost(db, hostId);
    refuseIf(attempt, host.status === "up" ? [] : [`Host ${host.name} is not up.`]);
    const fits = (await isHostLocal(db, host)) === isLocal;
    const place = isLocal ? "shared, it has no local storage" : "local, it has no shared storage";
    refuseIf(attempt, fits ? [] : [`The Data Center of Host ${host.name} is ${place}.`]);
    return host;
  }
  refuseIf(attempt, isLocal ? ["Local storage belongs to a host; say which."] : [], "invalid");
  for (const host of await listHosts(db)) {
    if (host.status === "up" && !(await isHostLocal(db, host))) return host;
  }
  throw new OperationRefused("conflict", attempt, ["There is no active Host in a shared Data Center."]);
}

async function isHostLocal(db: Db, host: Host): Promise<boolean> {
  const { dataCenterId } = await getCluster(db, host.clusterId);
  return (await getDataCenter(db, dataCenterId)).isLocal;
}

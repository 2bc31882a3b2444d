import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { listClusters } from "../../db/queries/clusters.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";

export async function listHostsOfDataCenter(db: Db, dataCenterId: DataCenterId): Promise<Host[]> {
  const clusters = new Set((await listClusters(db, { dataCenterId })).map((cluster) => cluster.id));
  return (await listHosts(db)).filter((host) => clusters.has(host.clusterId));
}

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

import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { Db } from "../db/database.ts";
import { findCluster, listClusters } from "../db/queries/clusters.ts";
import { getDataCenter } from "../db/queries/data-centers.ts";
import { listHosts } from "../db/queries/hosts.ts";
import type { Host } from "../domain/host/host.ts";

/** The host that keeps others out of a cluster: local storage is one machine's, so its data center has one host. */
export async function findLocalHost(
  db: Db,
  { clusterId, exceptHostId }: { readonly clusterId: ClusterId; readonly exceptHostId: HostId },
): Promise<Host | undefined> {
  const dataCenterId = (await findCluster(db, clusterId))?.dataCenterId;
  if (dataCenterId === undefined || !(await getDataCenter(db, dataCenterId)).isLocal) return undefined;
  for (const cluster of await listClusters(db, { dataCenterId })) {
    const hosts = await listHosts(db, { clusterId: cluster.id });
    const other = hosts.find(({ id, status }) => id !== exceptHostId && status !== "pending_approval");
    if (other !== undefined) return other;
  }
  return undefined;
}

/** As people are told it. */
export function localHostProblem(host: Pick<Host, "name">): string {
  return `A data center with local storage has one host, and it has host ${host.name} already.`;
}

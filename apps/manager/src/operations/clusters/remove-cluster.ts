import type { ClusterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteAffinityGroup, listAffinityGroups } from "../../db/queries/affinity-groups.ts";
import { deleteCluster, getCluster } from "../../db/queries/clusters.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { listTemplates } from "../../db/queries/templates.ts";
import { listVms } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot remove Cluster.";

/** Only an empty one; with its affinity groups. */
export async function removeCluster(context: OpContext, clusterId: ClusterId): Promise<void> {
  await context.authorize("delete_cluster", { type: "cluster", id: clusterId });
  await transaction(context.db, async (tx) => {
    const cluster = await getCluster(tx, clusterId);
    refuseIf(attempt, [
      ...((await listHosts(tx, { clusterId })).length > 0 ? ["Cluster contains one or more Hosts."] : []),
      ...((await listVms(tx, { clusterId })).length > 0 ? ["Cluster contains one or more VMs."] : []),
      ...((await listTemplates(tx, { clusterId })).length > 0 ? ["Cluster contains one or more Templates."] : []),
    ]);
    await deletePermissionsOn(tx, { type: "cluster", id: clusterId });
    for (const { id } of await listAffinityGroups(tx, { clusterId })) await deleteAffinityGroup(tx, id);
    await deleteCluster(tx, clusterId);
    await announce(tx, context.clock, { name: "clusterRemoved", ...byActor(context), cluster: subject(cluster) });
  });
}

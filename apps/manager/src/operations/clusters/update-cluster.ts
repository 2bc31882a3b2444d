import type { ClusterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findClusterByName, getCluster, updateCluster as writeCluster } from "../../db/queries/clusters.ts";
import { transaction } from "../../db/transaction.ts";
import type { BiosType, Cluster } from "../../domain/cluster/cluster.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { versionProblems } from "../data-centers/create-data-center.ts";
import { authorizePool, movePool } from "../mac-pools/use-mac-pool.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Cluster.";

export interface ClusterUpdate {
  readonly clusterId: ClusterId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly cpuType?: string;
  readonly compatibilityVersion?: string;
  readonly biosType?: BiosType;
  /** NICs keep the addresses that they have. */
  readonly macPoolId?: MacPoolId;
}

export async function updateCluster(context: OpContext, { clusterId, ...changes }: ClusterUpdate): Promise<Cluster> {
  await context.authorize("edit_cluster_configuration", { type: "cluster", id: clusterId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("cluster", changes.name, 40), "invalid");
  if (changes.compatibilityVersion !== undefined) {
    refuseIf(attempt, versionProblems(changes.compatibilityVersion), "invalid");
  }
  await authorizePool(context, changes.macPoolId);
  return transaction(context.db, async (tx) => {
    const cluster = await getCluster(tx, clusterId);
    if (changes.macPoolId !== undefined) await movePool(tx, attempt, cluster, changes.macPoolId);
    const namesake = changes.name === undefined ? undefined : await findClusterByName(tx, changes.name);
    if (namesake !== undefined && namesake.id !== clusterId) refuseIf(attempt, ["Cluster name is already in use."]);
    await writeCluster(tx, clusterId, changes);
    await announce(tx, context.clock, { name: "clusterUpdated", ...byActor(context), cluster: subject(cluster) });
    return getCluster(tx, clusterId);
  });
}

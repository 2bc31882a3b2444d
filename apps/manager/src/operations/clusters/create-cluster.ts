import { type ClusterId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findClusterByName, insertCluster } from "../../db/queries/clusters.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { insertClusterNetwork, listNetworks } from "../../db/queries/networks.ts";
import { transaction } from "../../db/transaction.ts";
import type { Cluster, NewCluster } from "../../domain/cluster/cluster.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { managementNetworkName, type NetworkUsage } from "../../domain/network/network.ts";
import { announce } from "../../events/announce.ts";
import { versionProblems } from "../data-centers/create-data-center.ts";
import { authorizePool } from "../mac-pools/use-mac-pool.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot add Cluster.";

const managementUsages: readonly NetworkUsage[] = ["default_route", "display", "management", "migration", "vm"];

/** A cluster uses the management network of its data center from the beginning. */
export async function createCluster(
  context: OpContext,
  asked: Omit<NewCluster, "id"> & { readonly id?: ClusterId },
): Promise<Cluster> {
  await context.authorize("create_cluster", { type: "data_center", id: asked.dataCenterId });
  refuseIf(attempt, nameProblems("cluster", asked.name, 40), "invalid");
  if (asked.compatibilityVersion !== undefined) {
    refuseIf(attempt, versionProblems(asked.compatibilityVersion), "invalid");
  }
  await authorizePool(context, asked.macPoolId);
  return transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, asked.dataCenterId);
    if ((await findClusterByName(tx, asked.name)) !== undefined) {
      refuseIf(attempt, ["Cluster name is already in use."]);
    }
    const cluster: Cluster = {
      id: asked.id ?? newId(),
      name: asked.name,
      description: asked.description ?? "",
      comment: asked.comment ?? "",
      dataCenterId: dataCenter.id,
      architecture: "x86_64",
      cpuType: asked.cpuType ?? "",
      compatibilityVersion: asked.compatibilityVersion ?? dataCenter.compatibilityVersion,
      biosType: asked.biosType ?? "q35_sea_bios",
      macPoolId: asked.macPoolId ?? dataCenter.macPoolId,
    };
    await insertCluster(tx, cluster);
    for (const network of await listNetworks(tx, { dataCenterId: dataCenter.id })) {
      const isManagement = network.name === managementNetworkName;
      await insertClusterNetwork(tx, {
        clusterId: cluster.id,
        networkId: network.id,
        isRequired: isManagement,
        usages: isManagement ? managementUsages : ["vm"],
      });
    }
    await announce(tx, context.clock, { name: "clusterAdded", ...byActor(context), cluster: subject(cluster) });
    return cluster;
  });
}

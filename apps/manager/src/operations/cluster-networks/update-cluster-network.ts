import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getNetwork, listClusterNetworks, updateClusterNetwork as writeUse } from "../../db/queries/networks.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { planUsages } from "../../domain/network/cluster-usages.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import type { NetworkUse } from "./attach-network.ts";

const attempt = "Cannot edit Network.";

/** What the cluster uses the network for. The management role stays where it is. */
export async function updateClusterNetwork(
  context: OpContext,
  { clusterId, networkId, ...wanted }: NetworkUse,
): Promise<void> {
  await context.authorize("configure_cluster_network", { type: "cluster", id: clusterId });
  await transaction(context.db, async (tx) => {
    const [cluster, network] = [await getCluster(tx, clusterId), await getNetwork(tx, networkId)];
    const uses = await listClusterNetworks(tx, { clusterId });
    const current = uses.find((use) => use.networkId === networkId);
    if (current === undefined) throw new NotFound("network", networkId);
    const isManagement = current.usages.includes("management");
    const wantsManagement = wanted.usages?.includes("management") ?? isManagement;
    refuseIf(attempt, [
      ...(isManagement && wanted.isRequired === false
        ? [
            `The management network '${network.name}' must be required, please change the network to be required and try again.`,
          ]
        : []),
      ...(isManagement && !wantsManagement
        ? [
            "Unsetting management network property is not allowed. It is done automatically when moving the role to another network.",
          ]
        : []),
      ...(!isManagement && wantsManagement
        ? ["Changing management network in a non-empty cluster is not allowed."]
        : []),
    ]);
    for (const use of planUsages(uses, networkId, wanted)) await writeUse(tx, use);
    await announce(tx, context.clock, {
      name: "networkUseChanged",
      ...byActor(context),
      cluster: subject(cluster),
      details: { network: network.name },
    });
  });
}

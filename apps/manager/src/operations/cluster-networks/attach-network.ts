import type { ClusterId, NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import {
  getNetwork,
  insertClusterNetwork,
  listClusterNetworks,
  updateClusterNetwork,
} from "../../db/queries/networks.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { planUsages, type WantedUse } from "../../domain/network/cluster-usages.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot attach Network.";

export interface NetworkUse extends WantedUse {
  readonly clusterId: ClusterId;
  readonly networkId: NetworkId;
}

/** The cluster uses a network of its data center. Unless it is said that it is not required, hosts without it cannot be used. */
export async function attachNetwork(
  context: OpContext,
  { clusterId, networkId, ...wanted }: NetworkUse,
): Promise<void> {
  await context.authorize("configure_cluster_network", { type: "cluster", id: clusterId });
  await context.authorize("see", { type: "network", id: networkId });
  await transaction(context.db, async (tx) => {
    const [cluster, network] = [await getCluster(tx, clusterId), await getNetwork(tx, networkId)];
    const uses = await listClusterNetworks(tx, { clusterId });
    refuseIf(attempt, [
      ...(uses.some((use) => use.networkId === networkId) ? ["Logical Network is already attached to Cluster."] : []),
      ...(network.dataCenterId === cluster.dataCenterId ? [] : ["Network belongs to a different data-center."]),
    ]);
    const isRequired = wanted.isRequired ?? true;
    const added = { clusterId, networkId, isRequired, usages: network.isVmNetwork ? (["vm"] as const) : [] };
    await insertClusterNetwork(tx, added);
    for (const use of planUsages([...uses, added], networkId, wanted)) await updateClusterNetwork(tx, use);
    await announce(tx, context.clock, {
      name: "networkAttached",
      ...byActor(context),
      cluster: subject(cluster),
      details: { network: network.name },
    });
  });
}

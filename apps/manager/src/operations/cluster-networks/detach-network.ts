import type { ClusterId, NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import {
  deleteClusterNetwork,
  getNetwork,
  listClusterNetworks,
  updateClusterNetwork,
} from "../../db/queries/networks.ts";
import { listNics } from "../../db/queries/nics.ts";
import { listVms } from "../../db/queries/vms.ts";
import { listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { planUsages } from "../../domain/network/cluster-usages.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot detach Network.";

/** What it did in the cluster the management network does then; not while a VM of the cluster is on it. */
export async function detachNetwork(
  context: OpContext,
  { clusterId, networkId }: { readonly clusterId: ClusterId; readonly networkId: NetworkId },
): Promise<void> {
  await context.authorize("configure_cluster_network", { type: "cluster", id: clusterId });
  await transaction(context.db, async (tx) => {
    const cluster = await getCluster(tx, clusterId);
    const uses = await listClusterNetworks(tx, { clusterId });
    const current = uses.find((use) => use.networkId === networkId);
    if (current === undefined) throw new NotFound("network", networkId);
    const network = await getNetwork(tx, networkId);
    const vms = await vmsOn(tx, clusterId, networkId);
    refuseIf(attempt, [
      ...(current.usages.includes("management")
        ? [`The Management Network ('${network.name}') is mandatory and cannot be removed.`]
        : []),
      ...(vms.length > 0
        ? [`The network is used by VMs of the Cluster (${vms.length}): ${vms.slice(0, 20).join(", ")}.`]
        : []),
    ]);
    for (const use of planUsages(uses, networkId, { usages: [] })) await updateClusterNetwork(tx, use);
    await deleteClusterNetwork(tx, { clusterId, networkId });
    await announce(tx, context.clock, {
      name: "networkDetached",
      ...byActor(context),
      cluster: subject(cluster),
      details: { network: network.name },
    });
  });
}

async function vmsOn(db: Db, clusterId: ClusterId, networkId: NetworkId): Promise<string[]> {
  const profiles = new Set((await listVnicProfiles(db, { networkId })).map(({ id }) => id));
  const vms = await listVms(db, { clusterId });
  const nics = await listNics(db, { vmIds: vms.map(({ id }) => id) });
  const using = new Set(
    nics.flatMap(({ owner, vnicProfileId }) =>
      vnicProfileId !== undefined && profiles.has(vnicProfileId) && "vmId" in owner ? [owner.vmId] : [],
    ),
  );
  return vms.filter(({ id }) => using.has(id)).map(({ name }) => name);
}

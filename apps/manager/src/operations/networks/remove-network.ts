import type { NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { deleteNetwork, getNetwork, listClusterNetworks, updateClusterNetwork } from "../../db/queries/networks.ts";
import { listNics } from "../../db/queries/nics.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { planUsages } from "../../domain/network/cluster-usages.ts";
import { managementNetworkName, type VnicProfile } from "../../domain/network/network.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

/** With its profiles; not while a VM or template uses one. What it did in clusters the management network does then. */
export async function removeNetwork(context: OpContext, networkId: NetworkId): Promise<void> {
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  await transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    const profiles = await listVnicProfiles(tx, { networkId });
    refuseIf("Cannot remove Network.", [
      ...(network.name === managementNetworkName
        ? [`The Management Network ('${network.name}') is mandatory and cannot be removed.`]
        : []),
      ...(await networkUsers(tx, profiles)),
    ]);
    for (const { clusterId } of await listClusterNetworks(tx, { networkId })) {
      const uses = await listClusterNetworks(tx, { clusterId });
      for (const use of planUsages(uses, networkId, { usages: [] })) await updateClusterNetwork(tx, use);
    }
    for (const { id } of profiles) await deletePermissionsOn(tx, { type: "vnic_profile", id });
    await deletePermissionsOn(tx, { type: "network", id: networkId });
    await deleteNetwork(tx, networkId);
    await announce(tx, context.clock, {
      name: "networkRemoved",
      ...byActor(context),
      dataCenter: subject(await getDataCenter(tx, network.dataCenterId)),
      details: { network: network.name },
    });
  });
}

/** Why a network with these profiles cannot be taken from VMs; nothing when none uses it. */
export async function networkUsers(db: Db, profiles: readonly VnicProfile[]): Promise<string[]> {
  for (const { id } of profiles) {
    if ((await listNics(db, { vnicProfileId: id })).length > 0) {
      return ["The network is used by network interfaces of VMs or Templates."];
    }
  }
  return [];
}

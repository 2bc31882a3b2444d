import type { NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { deleteNetwork, getNetwork } from "../../db/queries/networks.ts";
import { listNics } from "../../db/queries/nics.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { managementNetworkName } from "../../domain/network/network.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

/** With its profiles; not while a VM or template uses one. */
export async function removeNetwork(context: OpContext, networkId: NetworkId): Promise<void> {
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  await transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    const profiles = await listVnicProfiles(tx, { networkId });
    const users = [];
    for (const { id } of profiles) users.push(...(await listNics(tx, { vnicProfileId: id })));
    refuseIf("Cannot remove Network.", [
      ...(network.name === managementNetworkName ? ["The management network cannot be removed."] : []),
      ...(users.length > 0 ? ["The network is used by network interfaces of VMs or Templates."] : []),
    ]);
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

import type { NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import {
  getNetwork,
  listNetworks,
  type NetworkChanges,
  updateNetwork as writeNetwork,
} from "../../db/queries/networks.ts";
import { deleteVnicProfile, listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { changeProblems, networkConflicts, networkProblems } from "../../domain/network/network-problems.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor, subject } from "../subjects.ts";
import { networkUsers } from "./remove-network.ts";

const attempt = "Cannot edit Network.";

export interface NetworkUpdate extends Omit<NetworkChanges, "vdsmName" | "label"> {
  readonly networkId: NetworkId;
  /** Only what it is already. */
  readonly isPortIsolated?: boolean;
}

/** On hosts it is called as it was. A network that is not for VMs any more loses its profiles. */
export async function updateNetwork(
  context: OpContext,
  { networkId, isPortIsolated, ...changes }: NetworkUpdate,
): Promise<Network> {
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  return transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    const changed = withChanges(network, { ...changes, ...(isPortIsolated !== undefined && { isPortIsolated }) });
    refuseIf(attempt, networkProblems(changed), "invalid");
    const { dataCenterId } = network;
    const others = (await listNetworks(tx, { dataCenterId })).filter(({ id }) => id !== networkId);
    refuseIf(attempt, [...changeProblems(network, changed), ...networkConflicts(changed, others)]);
    await requireQos(tx, attempt, { qosId: changes.qosId, type: "hostnetwork", dataCenterId });
    if (network.isVmNetwork && !changed.isVmNetwork) await removeProfiles(tx, network);
    await writeNetwork(tx, networkId, changes);
    await announce(tx, context.clock, {
      name: "networkUpdated",
      ...byActor(context),
      dataCenter: subject(await getDataCenter(tx, network.dataCenterId)),
      details: { network: network.name },
    });
    return getNetwork(tx, networkId);
  });
}

function withChanges(network: Network, changes: Omit<NetworkUpdate, "networkId">): Network {
  const { vlanTag, qosId, ...rest } = { ...network, ...changes };
  return {
    ...rest,
    ...(typeof vlanTag === "number" && { vlanTag }),
    ...(typeof qosId === "string" && { qosId }),
  };
}

async function removeProfiles(tx: Tx, network: Network): Promise<void> {
  const profiles = await listVnicProfiles(tx, { networkId: network.id });
  refuseIf(attempt, await networkUsers(tx, profiles));
  for (const { id } of profiles) await deleteVnicProfile(tx, id);
}

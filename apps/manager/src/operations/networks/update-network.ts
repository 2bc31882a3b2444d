import type { NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getNetwork, listNetworks, updateNetwork as writeNetwork } from "../../db/queries/networks.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { managementNetworkName, type Network } from "../../domain/network/network.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { networkProblems } from "./network-problems.ts";

const attempt = "Cannot edit Network.";

export interface NetworkUpdate {
  readonly networkId: NetworkId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly mtuBytes?: number;
}

export async function updateNetwork(context: OpContext, { networkId, ...changes }: NetworkUpdate): Promise<Network> {
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  refuseIf(attempt, networkProblems(changes), "invalid");
  return transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    const isRenamed = changes.name !== undefined && changes.name !== network.name;
    const others = await listNetworks(tx, { dataCenterId: network.dataCenterId });
    refuseIf(attempt, [
      ...(isRenamed && network.name === managementNetworkName ? ["The management network keeps its name."] : []),
      ...(isRenamed && others.some(({ name }) => name === changes.name) ? ["The Network name is already in use."] : []),
    ]);
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

import type { NetworkId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getNetwork, updateNetwork } from "../../db/queries/networks.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { labelProblems } from "../../domain/network/network-problems.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

export interface NetworkLabel {
  readonly networkId: NetworkId;
  readonly label: string;
}

/** A network has one label at most. */
export async function labelNetwork(context: OpContext, { networkId, label }: NetworkLabel): Promise<Network> {
  const attempt = "Cannot label Network.";
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  refuseIf(attempt, labelProblems(label), "invalid");
  return transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    refuseIf(attempt, network.label === undefined ? [] : ["The specified network is already labeled."]);
    await updateNetwork(tx, networkId, { label });
    await tell(tx, context, "networkLabelled", { network, label });
    return getNetwork(tx, networkId);
  });
}

/** @throws NotFound when it has no such label. */
export async function unlabelNetwork(context: OpContext, { networkId, label }: NetworkLabel): Promise<void> {
  await context.authorize("configure_storage_pool_network", { type: "network", id: networkId });
  await transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    if (network.label !== label) throw new NotFound("network label", label.slice(0, 80));
    await updateNetwork(tx, networkId, { label: null });
    await tell(tx, context, "networkUnlabelled", { network, label });
  });
}

async function tell(
  tx: Tx,
  context: OpContext,
  name: "networkLabelled" | "networkUnlabelled",
  { network, label }: { readonly network: Network; readonly label: string },
): Promise<void> {
  await announce(tx, context.clock, {
    name,
    ...byActor(context),
    dataCenter: subject(await getDataCenter(tx, network.dataCenterId)),
    details: { network: network.name, label },
  });
}

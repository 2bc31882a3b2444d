import { type DataCenterId, type NetworkId, newId, type VnicProfileId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { insertNetwork, listNetworks } from "../../db/queries/networks.ts";
import { insertVnicProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Network, VnicProfile } from "../../domain/network/network.ts";
import { defaultNetworkFilter } from "../../domain/network/network-filter.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { networkProblems } from "./network-problems.ts";

const attempt = "Cannot add Network.";

export interface NewNetwork {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly dataCenterId: DataCenterId;
  readonly vlanTag?: number;
  readonly mtuBytes?: number;
  readonly isVmNetwork?: boolean;
}

/** A network of a data center, for VMs with a profile of its name. Hosts do not have it until it is set up there. */
export async function createNetwork(context: OpContext, asked: NewNetwork): Promise<Network> {
  const { dataCenterId } = asked;
  await context.authorize("create_storage_pool_network", { type: "data_center", id: dataCenterId });
  refuseIf(attempt, networkProblems(asked), "invalid");
  return transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, dataCenterId);
    const others = await listNetworks(tx, { dataCenterId });
    refuseIf(attempt, others.some(({ name }) => name === asked.name) ? ["The Network name is already in use."] : []);
    const network: Network = {
      id: newId<NetworkId>(),
      name: asked.name,
      description: asked.description ?? "",
      comment: asked.comment ?? "",
      dataCenterId,
      ...(asked.vlanTag !== undefined && { vlanTag: asked.vlanTag }),
      mtuBytes: asked.mtuBytes ?? 0,
      isVmNetwork: asked.isVmNetwork ?? true,
      vdsmName: asked.name,
      hasStp: false,
      isPortIsolated: false,
      nameServers: [],
    };
    await insertNetwork(tx, network);
    if (network.isVmNetwork) await insertVnicProfile(tx, profileLike(network));
    await announce(tx, context.clock, {
      name: "networkAdded",
      ...byActor(context),
      dataCenter: subject(dataCenter),
      details: { network: network.name },
    });
    return network;
  });
}

/** The first profile of a network: named after it, with the filter that profiles have by default. */
export function profileLike(network: Network): VnicProfile {
  return {
    id: newId<VnicProfileId>(),
    name: network.name,
    description: "",
    comment: "",
    networkId: network.id,
    hasPortMirroring: false,
    networkFilter: defaultNetworkFilter,
  };
}

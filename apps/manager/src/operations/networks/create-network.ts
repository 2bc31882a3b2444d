import { type DataCenterId, type NetworkId, newId, type VnicProfileId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { insertNetwork, listNetworks } from "../../db/queries/networks.ts";
import { insertVnicProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Network, VnicProfile } from "../../domain/network/network.ts";
import { defaultNetworkFilter } from "../../domain/network/network-filter.ts";
import { networkConflicts, networkProblems, vdsmNameOf } from "../../domain/network/network-problems.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot add Network.";

export interface NewNetwork {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly dataCenterId: DataCenterId;
  readonly vlanTag?: number;
  readonly mtuBytes?: number;
  readonly isVmNetwork?: boolean;
  readonly hasStp?: boolean;
  readonly isPortIsolated?: boolean;
  readonly nameServers?: readonly string[];
  readonly qosId?: QosId;
  /** Whether VMs get a profile of its name to use it by; otherwise profiles are added by themselves. */
  readonly hasProfile?: boolean;
}

/** A network of a data center, for VMs with a profile of its name. Hosts do not have it until it is set up there. */
export async function createNetwork(context: OpContext, { hasProfile = true, ...asked }: NewNetwork): Promise<Network> {
  const { dataCenterId } = asked;
  await context.authorize("create_storage_pool_network", { type: "data_center", id: dataCenterId });
  const network = planNetwork(asked);
  refuseIf(attempt, networkProblems(network), "invalid");
  return transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, dataCenterId);
    refuseIf(attempt, networkConflicts(network, await listNetworks(tx, { dataCenterId })));
    await requireQos(tx, attempt, { qosId: network.qosId, type: "hostnetwork", dataCenterId });
    await insertNetwork(tx, network);
    if (network.isVmNetwork && hasProfile) await insertVnicProfile(tx, profileLike(network));
    await announce(tx, context.clock, {
      name: "networkAdded",
      ...byActor(context),
      dataCenter: subject(dataCenter),
      details: { network: network.name },
    });
    return network;
  });
}

function planNetwork(asked: Omit<NewNetwork, "hasProfile">): Network {
  const id = newId<NetworkId>();
  return {
    description: "",
    comment: "",
    mtuBytes: 0,
    isVmNetwork: true,
    hasStp: false,
    isPortIsolated: false,
    nameServers: [],
    ...asked,
    id,
    vdsmName: vdsmNameOf({ id, name: asked.name }),
  };
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

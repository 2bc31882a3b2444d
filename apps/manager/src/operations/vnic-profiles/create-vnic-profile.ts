import { type NetworkId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getNetwork } from "../../db/queries/networks.ts";
import { insertVnicProfile, listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import { defaultNetworkFilter } from "../../domain/network/network-filter.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor } from "../subjects.ts";

const notForVms =
  "VM network interface profiles cannot be added to a non-VM network. Please make sure the network is a VM network.";
export const nameInUse =
  "The VM network interface profile's name is already used by an existing profile for the same network. -Please choose a different name.";

const attempt = "Cannot add VM network interface profile.";

export interface NewVnicProfile {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly networkId: NetworkId;
  /** `null`: nothing is filtered; by default only what forges MAC addresses. */
  readonly networkFilter?: string | null;
  readonly qosId?: QosId;
}

export async function createVnicProfile(context: OpContext, asked: NewVnicProfile): Promise<VnicProfile> {
  const { networkId, networkFilter = defaultNetworkFilter } = asked;
  await context.authorize("create_network_vnic_profile", { type: "network", id: networkId });
  refuseIf(attempt, nameProblems("profile", asked.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    refuseIf(attempt, network.isVmNetwork ? [] : [notForVms]);
    const others = await listVnicProfiles(tx, { networkId });
    refuseIf(attempt, others.some(({ name }) => name === asked.name) ? [nameInUse] : []);
    await requireQos(tx, attempt, { qosId: asked.qosId, type: "network", dataCenterId: network.dataCenterId });
    const profile: VnicProfile = {
      id: newId(),
      name: asked.name,
      description: asked.description ?? "",
      comment: asked.comment ?? "",
      networkId,
      hasPortMirroring: false,
      ...(networkFilter !== null && { networkFilter }),
      ...(asked.qosId !== undefined && { qosId: asked.qosId }),
    };
    await insertVnicProfile(tx, profile);
    await announce(tx, context.clock, {
      name: "vnicProfileAdded",
      ...byActor(context),
      details: { profile: profile.name },
    });
    return profile;
  });
}

import { type NetworkId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getNetwork } from "../../db/queries/networks.ts";
import { insertVnicProfile, listVnicProfiles } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import { defaultNetworkFilter } from "../../domain/network/network-filter.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add VM network interface profile.";

export interface NewVnicProfile {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly networkId: NetworkId;
}

export async function createVnicProfile(context: OpContext, asked: NewVnicProfile): Promise<VnicProfile> {
  const { networkId } = asked;
  await context.authorize("create_network_vnic_profile", { type: "network", id: networkId });
  refuseIf(attempt, nameProblems("profile", asked.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const network = await getNetwork(tx, networkId);
    refuseIf(attempt, network.isVmNetwork ? [] : ["The network is not for VMs."]);
    const others = await listVnicProfiles(tx, { networkId });
    refuseIf(attempt, others.some(({ name }) => name === asked.name) ? ["The profile name is already in use."] : []);
    const profile: VnicProfile = {
      id: newId(),
      name: asked.name,
      description: asked.description ?? "",
      comment: asked.comment ?? "",
      networkId,
      hasPortMirroring: false,
      networkFilter: defaultNetworkFilter,
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

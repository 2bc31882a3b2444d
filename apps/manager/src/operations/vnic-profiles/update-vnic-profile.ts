import type { NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getNetwork } from "../../db/queries/networks.ts";
import { getVnicProfile, listVnicProfiles, updateVnicProfile as writeProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { announce } from "../../events/announce.ts";
import { requireQos } from "../qoss/require-qos.ts";
import { byActor } from "../subjects.ts";
import { nameInUse } from "./create-vnic-profile.ts";

const attempt = "Cannot edit VM network interface profile.";

export interface VnicProfileUpdate {
  readonly vnicProfileId: VnicProfileId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  /** Only what it is already. */
  readonly networkId?: NetworkId;
  /** `null`: nothing is filtered. Running VMs keep what they were started with. */
  readonly networkFilter?: string | null;
  readonly qosId?: QosId | null;
}

export async function updateVnicProfile(
  context: OpContext,
  { vnicProfileId, networkId, ...changes }: VnicProfileUpdate,
): Promise<VnicProfile> {
  await context.authorize("configure_network_vnic_profile", { type: "vnic_profile", id: vnicProfileId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("profile", changes.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const profile = await getVnicProfile(tx, vnicProfileId);
    const others = (await listVnicProfiles(tx, { networkId: profile.networkId })).filter(({ id }) => id !== profile.id);
    refuseIf(attempt, others.some(({ name }) => name === changes.name) ? [nameInUse] : []);
    const isMoved = networkId !== undefined && networkId !== profile.networkId;
    refuseIf(attempt, isMoved ? ["VM network interface profile's network cannot be changed."] : []);
    const { dataCenterId } = await getNetwork(tx, profile.networkId);
    await requireQos(tx, attempt, { qosId: changes.qosId, type: "network", dataCenterId });
    await writeProfile(tx, vnicProfileId, changes);
    await announce(tx, context.clock, {
      name: "vnicProfileUpdated",
      ...byActor(context),
      details: { profile: profile.name },
    });
    return getVnicProfile(tx, vnicProfileId);
  });
}

import type { VnicProfileId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getVnicProfile, listVnicProfiles, updateVnicProfile as writeProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit VM network interface profile.";

export interface VnicProfileUpdate {
  readonly vnicProfileId: VnicProfileId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
}

export async function updateVnicProfile(
  context: OpContext,
  { vnicProfileId, ...changes }: VnicProfileUpdate,
): Promise<VnicProfile> {
  await context.authorize("configure_network_vnic_profile", { type: "vnic_profile", id: vnicProfileId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("profile", changes.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const profile = await getVnicProfile(tx, vnicProfileId);
    const others = (await listVnicProfiles(tx, { networkId: profile.networkId })).filter(({ id }) => id !== profile.id);
    refuseIf(attempt, others.some(({ name }) => name === changes.name) ? ["The profile name is already in use."] : []);
    await writeProfile(tx, vnicProfileId, changes);
    await announce(tx, context.clock, {
      name: "vnicProfileUpdated",
      ...byActor(context),
      details: { profile: profile.name },
    });
    return getVnicProfile(tx, vnicProfileId);
  });
}

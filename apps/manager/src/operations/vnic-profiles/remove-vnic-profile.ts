import type { VnicProfileId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listNics } from "../../db/queries/nics.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { deleteVnicProfile, getVnicProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** Not while a VM or template uses it. */
export async function removeVnicProfile(context: OpContext, vnicProfileId: VnicProfileId): Promise<void> {
  await context.authorize("delete_network_vnic_profile", { type: "vnic_profile", id: vnicProfileId });
  await transaction(context.db, async (tx) => {
    const profile = await getVnicProfile(tx, vnicProfileId);
    const isUsed = (await listNics(tx, { vnicProfileId })).length > 0;
    refuseIf(
      "Cannot remove VM network interface profile.",
      isUsed ? ["The profile is used by network interfaces of VMs or Templates."] : [],
    );
    await deletePermissionsOn(tx, { type: "vnic_profile", id: vnicProfileId });
    await deleteVnicProfile(tx, vnicProfileId);
    await announce(tx, context.clock, {
      name: "vnicProfileRemoved",
      ...byActor(context),
      details: { profile: profile.name },
    });
  });
}

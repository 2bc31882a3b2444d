import type { OpContext } from "../../context.ts";
import { deleteAffinityLabel, getAffinityLabel } from "../../db/queries/affinity-labels.ts";
import { transaction } from "../../db/transaction.ts";
import type { AffinityLabelId } from "../../domain/affinity/affinity-label.ts";
import { refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** Only one that nothing has any more, as in oVirt. */
export async function removeAffinityLabel(context: OpContext, labelId: AffinityLabelId): Promise<void> {
  await context.authorize("tag_management", systemObject);
  await transaction(context.db, async (tx) => {
    const label = await getAffinityLabel(tx, labelId);
    const isUsed = label.vmIds.length + label.hostIds.length > 0;
    refuseIf(
      "Cannot remove Affinity Label.",
      isUsed ? ["Cannot delete affinity label, remove it from all entities first."] : [],
    );
    await deleteAffinityLabel(tx, labelId);
    await announce(tx, context.clock, {
      name: "affinityLabelRemoved",
      ...byActor(context),
      details: { label: label.name },
    });
  });
}

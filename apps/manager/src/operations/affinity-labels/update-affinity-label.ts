import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import {
  deleteLabelled,
  ensureLabelled,
  getAffinityLabel,
  listAffinityLabels,
  renameAffinityLabel,
} from "../../db/queries/affinity-labels.ts";
import { transaction } from "../../db/transaction.ts";
import {
  type AffinityLabel,
  type AffinityLabelId,
  affinityLabelNameProblems,
  type LabelledType,
} from "../../domain/affinity/affinity-label.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { affinityGroupsOfLabelProblems } from "../affinity-groups/affinity-group-problems.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit Affinity Label.";

/** What gets or loses a label. The caller must know that whoever asks may see it. */
export interface Labelled {
  readonly type: LabelledType;
  readonly id: string;
}

export async function updateAffinityLabel(
  context: OpContext,
  { labelId, name }: { readonly labelId: AffinityLabelId; readonly name?: string },
): Promise<AffinityLabel> {
  if (name !== undefined) refuseIf(attempt, affinityLabelNameProblems(name), "invalid");
  return change(context, labelId, async (tx) => {
    if (name === undefined) return;
    const isTaken = (await listAffinityLabels(tx)).some((each) => each.id !== labelId && each.name === name);
    refuseIf(attempt, isTaken ? ["Cannot add affinity label with a conflicting NAME."] : []);
    await renameAffinityLabel(tx, labelId, name);
  });
}

/** Does nothing when it has the label. Refused when an affinity group could not be kept any more. */
export async function giveAffinityLabel(
  context: OpContext,
  labelId: AffinityLabelId,
  labelled: Labelled,
): Promise<AffinityLabel> {
  return change(context, labelId, async (tx) => {
    await ensureLabelled(tx, labelId, labelled);
    refuseIf(attempt, await affinityGroupsOfLabelProblems(tx, labelId));
  });
}

/** @throws NotFound when it does not have the label. */
export async function takeAffinityLabel(
  context: OpContext,
  labelId: AffinityLabelId,
  labelled: Labelled,
): Promise<void> {
  await change(context, labelId, async (tx, { vmIds, hostIds }) => {
    if (![...vmIds, ...hostIds].some((id) => id === labelled.id)) throw new NotFound("affinity label", labelId);
    await deleteLabelled(tx, labelId, labelled);
  });
}

async function change(
  context: OpContext,
  labelId: AffinityLabelId,
  write: (tx: Tx, label: AffinityLabel) => Promise<void>,
): Promise<AffinityLabel> {
  await context.authorize("tag_management", systemObject);
  return transaction(context.db, async (tx) => {
    const label = await getAffinityLabel(tx, labelId);
    await write(tx, label);
    await announce(tx, context.clock, {
      name: "affinityLabelUpdated",
      ...byActor(context),
      details: { label: label.name },
    });
    return getAffinityLabel(tx, labelId);
  });
}

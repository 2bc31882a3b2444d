import { type HostId, newId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { insertAffinityLabel, listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import { transaction } from "../../db/transaction.ts";
import {
  type AffinityLabel,
  type AffinityLabelId,
  affinityLabelNameProblems,
} from "../../domain/affinity/affinity-label.ts";
import { refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Affinity Label.";

export interface NewAffinityLabel {
  readonly name: string;
  /** The caller must know that whoever asks may see them. */
  readonly vmIds?: readonly VmId[];
  readonly hostIds?: readonly HostId[];
}

export async function createAffinityLabel(context: OpContext, asked: NewAffinityLabel): Promise<AffinityLabel> {
  await context.authorize("tag_management", systemObject);
  refuseIf(attempt, affinityLabelNameProblems(asked.name), "invalid");
  const label: AffinityLabel = { vmIds: [], hostIds: [], ...asked, id: newId<AffinityLabelId>() };
  return transaction(context.db, async (tx) => {
    const isTaken = (await listAffinityLabels(tx)).some(({ name }) => name === label.name);
    refuseIf(attempt, isTaken ? ["Cannot add affinity label with a conflicting NAME."] : []);
    await insertAffinityLabel(tx, label);
    await announce(tx, context.clock, {
      name: "affinityLabelAdded",
      ...byActor(context),
      details: { label: label.name },
    });
    return label;
  });
}

import type { TaggedRef } from "../../domain/tag/tag.ts";
import type { Tx } from "../database.ts";

/** Takes a thing that is being removed out of everything that only points at it: tags, affinity labels, affinity groups. */
export async function deleteMarksOf(tx: Tx, { type, id }: TaggedRef): Promise<void> {
  await tx.deleteFrom("tagAssignments").where("objectType", "=", type).where("objectId", "=", id).execute();
  if (type !== "vm" && type !== "host") return;
  await tx.deleteFrom("affinityGroupMembers").where("kind", "=", type).where("memberId", "=", id).execute();
  await tx.deleteFrom("affinityLabelMembers").where("kind", "=", type).where("memberId", "=", id).execute();
}

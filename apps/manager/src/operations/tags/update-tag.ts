import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getTag, listTags, updateTag as writeTag } from "../../db/queries/tags.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { rootTagId, type Tag, type TagId, tagNameProblems, tagWithDescendants } from "../../domain/tag/tag.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit Tag.";

export interface TagUpdate {
  readonly tagId: TagId;
  readonly name?: string;
  readonly description?: string;
  readonly parentId?: TagId;
}

/** Renames, describes or moves a tag; never the root. */
export async function updateTag(context: OpContext, { tagId, ...changes }: TagUpdate): Promise<Tag> {
  await context.authorize("tag_management", systemObject);
  if (changes.name !== undefined) refuseIf(attempt, tagNameProblems(changes.name), "invalid");
  return transaction(context.db, async (tx) => {
    const tag = await getTag(tx, tagId);
    refuseIf(attempt, tagId === rootTagId ? ["Cannot edit readonly tag."] : []);
    const tags = await listTags(tx);
    const isTaken = tags.some(({ id, name }) => id !== tagId && name === changes.name);
    refuseIf(attempt, isTaken ? ["The specified Tag name already exists."] : []);
    if (changes.parentId !== undefined) await announceMove(tx, context, { tag, tags, parentId: changes.parentId });
    await writeTag(tx, tagId, changes);
    await announce(tx, context.clock, { name: "tagUpdated", ...byActor(context), details: { tag: tag.name } });
    return getTag(tx, tagId);
  });
}

/** @throws NotFound; OperationRefused when it would stand below itself. */
async function announceMove(
  tx: Tx,
  context: OpContext,
  { tag, tags, parentId }: { readonly tag: Tag; readonly tags: readonly Tag[]; readonly parentId: TagId },
): Promise<void> {
  if (parentId === tag.parentId) return;
  const to = await getTag(tx, parentId);
  const isBelowItself = tagWithDescendants(tags, tag.id).some(({ id }) => id === parentId);
  refuseIf(attempt, isBelowItself ? ["Operation canceled, recursive Tag hierarchy cannot be defined."] : []);
  const from = tags.find(({ id }) => id === tag.parentId)?.name ?? "";
  await announce(tx, context.clock, {
    name: "tagMoved",
    ...byActor(context),
    details: { tag: tag.name, from, to: to.name },
  });
}

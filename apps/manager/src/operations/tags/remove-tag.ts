import type { OpContext } from "../../context.ts";
import { deleteTag, getTag, listTags } from "../../db/queries/tags.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { rootTagId, type TagId, tagWithDescendants } from "../../domain/tag/tag.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** With all tags below it, as oVirt does; what bears them loses them. */
export async function removeTag(context: OpContext, tagId: TagId): Promise<void> {
  await context.authorize("tag_management", systemObject);
  await transaction(context.db, async (tx) => {
    const tag = await getTag(tx, tagId);
    refuseIf("Cannot remove Tag.", tagId === rootTagId ? ["The root tag cannot be removed."] : []);
    for (const { id } of tagWithDescendants(await listTags(tx), tagId)) await deleteTag(tx, id);
    await announce(tx, context.clock, { name: "tagRemoved", ...byActor(context), details: { tag: tag.name } });
  });
}

import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { ensureTag, getTag, listTags } from "../../db/queries/tags.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { rootTagId, type Tag, type TagId, tagNameProblems } from "../../domain/tag/tag.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Tag.";

export interface NewTag {
  readonly name: string;
  readonly description?: string;
  /** Not given: it stands right below the root. */
  readonly parentId?: TagId;
}

export async function createTag(context: OpContext, asked: NewTag): Promise<Tag> {
  await context.authorize("tag_management", systemObject);
  refuseIf(attempt, tagNameProblems(asked.name), "invalid");
  return transaction(context.db, async (tx) => {
    const { id: parentId } = await getTag(tx, asked.parentId ?? rootTagId);
    const isTaken = (await listTags(tx)).some(({ name }) => name === asked.name);
    refuseIf(attempt, isTaken ? ["The specified Tag name already exists."] : []);
    const tag: Tag = { id: newId<TagId>(), name: asked.name, description: asked.description ?? "", parentId };
    await ensureTag(tx, tag);
    await announce(tx, context.clock, { name: "tagAdded", ...byActor(context), details: { tag: tag.name } });
    return tag;
  });
}

import type { OpContext } from "../../context.ts";
import { deleteTagAssignment, ensureTagAssignment, getTag, listTagsOf } from "../../db/queries/tags.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Tag, TaggedRef, TaggedType, TagId } from "../../domain/tag/tag.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import type { EventName } from "../../events/catalogue.ts";
import type { NewEvent } from "../../events/record.ts";
import { byActor } from "../subjects.ts";

/** What gets or loses a tag, with its name for the event. The caller must know that whoever asks may see it. */
export interface Tagged extends TaggedRef {
  readonly name: string;
}

const given: Readonly<Record<TaggedType, EventName>> = {
  vm: "tagGivenToVm",
  host: "tagGivenToHost",
  template: "tagGivenToTemplate",
  user: "tagGivenToUser",
  group: "tagGivenToGroup",
};

const taken: Readonly<Record<TaggedType, EventName>> = {
  vm: "tagTakenFromVm",
  host: "tagTakenFromHost",
  template: "tagTakenFromTemplate",
  user: "tagTakenFromUser",
  group: "tagTakenFromGroup",
};

/** Does nothing when it bears the tag already. */
export async function assignTag(context: OpContext, tagId: TagId, object: Tagged): Promise<Tag> {
  await context.authorize("tag_management", systemObject);
  return transaction(context.db, async (tx) => {
    const tag = await getTag(tx, tagId);
    if ((await listTagsOf(tx, object)).some(({ id }) => id === tagId)) return tag;
    await ensureTagAssignment(tx, tagId, object);
    await announce(tx, context.clock, { name: given[object.type], ...byActor(context), ...about(object, tag) });
    return tag;
  });
}

/** @throws NotFound when it does not bear the tag. */
export async function unassignTag(context: OpContext, tagId: TagId, object: Tagged): Promise<void> {
  await context.authorize("tag_management", systemObject);
  await transaction(context.db, async (tx) => {
    const tag = (await listTagsOf(tx, object)).find(({ id }) => id === tagId);
    if (tag === undefined) throw new NotFound("tag", tagId);
    await deleteTagAssignment(tx, tagId, object);
    await announce(tx, context.clock, { name: taken[object.type], ...byActor(context), ...about(object, tag) });
  });
}

function about({ type, id, name }: Tagged, tag: Tag): Pick<NewEvent, "vm" | "host" | "template" | "details"> {
  const details = { tag: tag.name, name };
  // Of users and groups only the name is told: the event's user is who did it.
  return type === "user" || type === "group" ? { details } : { details, [type]: { id, name } };
}

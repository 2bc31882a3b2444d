import { NotFound } from "../../domain/errors.ts";
import type { Tag, TaggedRef, TaggedType, TagId } from "../../domain/tag/tag.ts";
import { definedOnly, optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { TagRow } from "../schema.ts";

/** @throws NotFound */
export async function getTag(db: Db, tagId: TagId): Promise<Tag> {
  const row = await db.selectFrom("tags").selectAll().where("id", "=", tagId).executeTakeFirst();
  if (row === undefined) throw new NotFound("tag", tagId);
  return toTag(row);
}

export async function listTags(db: Db): Promise<Tag[]> {
  return (await db.selectFrom("tags").selectAll().orderBy("name").execute()).map(toTag);
}

export async function listTagsOf(db: Db, object: TaggedRef): Promise<Tag[]> {
  const rows = await db
    .selectFrom("tags")
    .innerJoin("tagAssignments", "tagAssignments.tagId", "tags.id")
    .selectAll("tags")
    .where("tagAssignments.objectType", "=", object.type)
    .where("tagAssignments.objectId", "=", object.id)
    .orderBy("tags.name")
    .execute();
  return rows.map(toTag);
}

/** Which tags what of a kind bears, by name of the tag. */
export async function listTagAssignments(
  db: Db,
  type: TaggedType,
): Promise<{ readonly tagId: string; readonly objectId: string }[]> {
  return db
    .selectFrom("tagAssignments")
    .innerJoin("tags", "tags.id", "tagAssignments.tagId")
    .select(["tagAssignments.tagId", "tagAssignments.objectId"])
    .where("tagAssignments.objectType", "=", type)
    .orderBy("tags.name")
    .execute();
}

/** Does nothing when it is there. */
export async function ensureTag(tx: Tx, { parentId, ...tag }: Tag): Promise<void> {
  await tx
    .insertInto("tags")
    .values({ ...tag, parentId: parentId ?? null })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export async function updateTag(tx: Tx, tagId: TagId, changes: Partial<Omit<Tag, "id">>): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("tags").set(columns).where("id", "=", tagId).execute();
}

/** Also takes it from whatever bears it. */
export async function deleteTag(tx: Tx, tagId: TagId): Promise<void> {
  await tx.deleteFrom("tagAssignments").where("tagId", "=", tagId).execute();
  await tx.deleteFrom("tags").where("id", "=", tagId).execute();
}

/** Does nothing when it bears the tag already. */
export async function ensureTagAssignment(tx: Tx, tagId: TagId, object: TaggedRef): Promise<void> {
  await tx
    .insertInto("tagAssignments")
    .values({ tagId, objectType: object.type, objectId: object.id })
    .onConflict((conflict) => conflict.columns(["tagId", "objectType", "objectId"]).doNothing())
    .execute();
}

export async function deleteTagAssignment(tx: Tx, tagId: TagId, object: TaggedRef): Promise<void> {
  await tx
    .deleteFrom("tagAssignments")
    .where("tagId", "=", tagId)
    .where("objectType", "=", object.type)
    .where("objectId", "=", object.id)
    .execute();
}

function toTag(row: TagRow): Tag {
  return {
    id: row.id as TagId,
    name: row.name,
    description: row.description,
    ...optional("parentId", row.parentId as TagId | null),
  };
}

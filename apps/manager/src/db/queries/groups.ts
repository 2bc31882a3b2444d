import type { UserId } from "@yagura/std/ids.ts";
import { everyoneGroupId, type Group, type GroupId, type User } from "../../domain/user/user.ts";
import type { Db, Tx } from "../database.ts";
import type { GroupRow } from "../schema.ts";
import { deleteMarksOf } from "./marks.ts";
import { toUser } from "./users.ts";

export async function listGroups(db: Db, filter: { readonly ids?: readonly GroupId[] } = {}): Promise<Group[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("userGroups").selectAll().orderBy("name").orderBy("id");
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  return (await query.execute()).map(toGroup);
}

export async function findGroup(db: Db, groupId: GroupId): Promise<Group | undefined> {
  const row = await db.selectFrom("userGroups").selectAll().where("id", "=", groupId).executeTakeFirst();
  return row && toGroup(row);
}

/** @param names all but the id. */
export async function findGroupByName(
  db: Db,
  { name, domain, namespace }: Pick<Group, "name" | "domain" | "namespace">,
): Promise<Group | undefined> {
  const row = await db
    .selectFrom("userGroups")
    .selectAll()
    .where("name", "=", name)
    .where("domain", "=", domain)
    .where("namespace", "=", namespace)
    .executeTakeFirst();
  return row && toGroup(row);
}

/** The groups somebody is in, the one of everybody among them. */
export async function listGroupsOf(db: Db, userId: UserId): Promise<Group[]> {
  const rows = await db
    .selectFrom("userGroups")
    .selectAll()
    .where((where) =>
      where.or([
        where("id", "=", everyoneGroupId as string),
        where("id", "in", where.selectFrom("groupMembers").select("groupId").where("userId", "=", userId)),
      ]),
    )
    .orderBy("name")
    .execute();
  return rows.map(toGroup);
}

export async function listMembers(db: Db, groupId: GroupId): Promise<User[]> {
  let query = db.selectFrom("users").selectAll().orderBy("name").orderBy("id");
  if (groupId !== everyoneGroupId) {
    query = query.where((where) =>
      where("id", "in", where.selectFrom("groupMembers").select("userId").where("groupId", "=", groupId)),
    );
  }
  return (await query.execute()).map(toUser);
}

export async function ensureGroup(tx: Tx, group: Group): Promise<void> {
  await tx
    .insertInto("userGroups")
    .values(group)
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export async function ensureMember(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
  await tx
    .insertInto("groupMembers")
    .values({ groupId, userId })
    .onConflict((conflict) => conflict.columns(["groupId", "userId"]).doNothing())
    .execute();
}

export async function deleteMember(tx: Tx, groupId: GroupId, userId: UserId): Promise<void> {
  await tx.deleteFrom("groupMembers").where("groupId", "=", groupId).where("userId", "=", userId).execute();
}

/** He is in those groups of his domain that have these ids there, and in no others of it. */
export async function setDirectoryGroups(tx: Tx, user: User, externalIds: readonly string[]): Promise<void> {
  const rows = await tx
    .selectFrom("userGroups")
    .select(["id", "externalId"])
    .where("domain", "=", user.domain)
    .execute();
  const wanted = new Set(externalIds);
  for (const { id, externalId } of rows) {
    if (wanted.has(externalId)) await ensureMember(tx, id as GroupId, user.id);
    else await deleteMember(tx, id as GroupId, user.id);
  }
}

/** With who is in it; its permissions are taken away by whoever calls. */
export async function deleteGroup(tx: Tx, groupId: GroupId): Promise<void> {
  await deleteMarksOf(tx, { type: "group", id: groupId });
  await tx.deleteFrom("groupMembers").where("groupId", "=", groupId).execute();
  await tx.deleteFrom("userGroups").where("id", "=", groupId).execute();
}

function toGroup(row: GroupRow): Group {
  return {
    id: row.id as GroupId,
    name: row.name,
    domain: row.domain,
    namespace: row.namespace,
    externalId: row.externalId,
  };
}

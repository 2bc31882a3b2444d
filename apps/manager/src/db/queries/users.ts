import type { UserId } from "@yagura/std/ids.ts";
import { superUserRoleId } from "../../domain/user/predefined-roles.ts";
import { everyoneGroupId, systemObject, type User } from "../../domain/user/user.ts";
import { definedOnly, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { UserRow } from "../schema.ts";
import { deleteMarksOf } from "./marks.ts";

/** A user with what only a login may see. */
export interface UserWithPassword {
  readonly user: User;
  readonly passwordHash?: string;
}

export async function findUser(db: Db, userId: UserId): Promise<User | undefined> {
  const row = await db.selectFrom("users").selectAll().where("id", "=", userId).executeTakeFirst();
  return row && toUser(row);
}

/** @param login both parts of "admin@internal". */
export async function findUserByLogin(
  db: Db,
  login: { readonly name: string; readonly domain: string },
): Promise<UserWithPassword | undefined> {
  const row = await db
    .selectFrom("users")
    .selectAll()
    .where("name", "=", login.name)
    .where("domain", "=", login.domain)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { user: toUser(row), ...(row.passwordHash !== null && { passwordHash: row.passwordHash }) };
}

/** By what his directory calls him for ever. */
export async function findUserByExternalId(
  db: Db,
  { domain, namespace, externalId }: Pick<User, "domain" | "namespace" | "externalId">,
): Promise<User | undefined> {
  // An empty id would be "no user", which must never mean "any user".
  if (externalId === "") return undefined;
  const row = await db
    .selectFrom("users")
    .selectAll()
    .where("domain", "=", domain)
    .where("namespace", "=", namespace)
    .where("externalId", "=", externalId)
    .executeTakeFirst();
  return row && toUser(row);
}

export async function listUsers(db: Db, filter: { ids?: readonly UserId[] } = {}): Promise<User[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("users").selectAll().orderBy("name").orderBy("id");
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  return (await query.execute()).map(toUser);
}

export async function insertUser(tx: Tx, user: User, passwordHash?: string): Promise<void> {
  await tx
    .insertInto("users")
    .values({ ...user, isEnabled: toBit(user.isEnabled), passwordHash: passwordHash ?? null })
    .execute();
}

/** What of a user can change. */
export interface UserChanges {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly department?: string;
  readonly passwordHash?: string;
  readonly isEnabled?: boolean;
}

export async function updateUser(tx: Tx, userId: UserId, changes: UserChanges): Promise<void> {
  const { isEnabled, ...plain } = changes;
  const columns = { ...definedOnly(plain), ...(isEnabled !== undefined && { isEnabled: toBit(isEnabled) }) };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("users").set(columns).where("id", "=", userId).execute();
}

/** Users who are not disabled and may do everything, by themselves or by a group. */
export async function countSuperUsers(db: Db): Promise<number> {
  const row = await db
    .selectFrom("users")
    .select((select) => select.fn.countAll().as("count"))
    .where("isEnabled", "=", 1)
    .where((where) => {
      const permissions = where
        .selectFrom("permissions")
        .select("permissions.id")
        .where("roleId", "=", superUserRoleId)
        .where("objectType", "=", systemObject.type)
        .where((each) =>
          each.or([
            each("principalId", "=", each.ref("users.id")),
            each("principalId", "=", everyoneGroupId as string),
            each(
              "principalId",
              "in",
              each.selectFrom("groupMembers").select("groupId").whereRef("groupMembers.userId", "=", "users.id"),
            ),
          ]),
        );
      return where.exists(permissions);
    })
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** With all that is his; his permissions and sessions are taken away by whoever calls. */
export async function deleteUser(tx: Tx, userId: UserId): Promise<void> {
  for (const table of ["groupMembers", "userOptions", "sshPublicKeys", "ssoCodes"] as const) {
    await tx.deleteFrom(table).where("userId", "=", userId).execute();
  }
  await deleteMarksOf(tx, { type: "user", id: userId });
  await tx.deleteFrom("users").where("id", "=", userId).execute();
}

export function toUser(row: UserRow): User {
  return {
    id: row.id as UserId,
    name: row.name,
    domain: row.domain,
    namespace: row.namespace,
    externalId: row.externalId,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    department: row.department,
    isEnabled: row.isEnabled === 1,
    createdAtMs: row.createdAtMs,
  };
}

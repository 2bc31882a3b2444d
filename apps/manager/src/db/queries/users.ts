import type { UserId } from "@yagura/std/ids.ts";
import type { User } from "../../domain/user/user.ts";
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

export async function listUsers(db: Db): Promise<User[]> {
  return (await db.selectFrom("users").selectAll().orderBy("name").orderBy("id").execute()).map(toUser);
}

export async function insertUser(tx: Tx, user: User, passwordHash?: string): Promise<void> {
  await tx
    .insertInto("users")
    .values({ ...user, isEnabled: toBit(user.isEnabled), passwordHash: passwordHash ?? null })
    .execute();
}

export async function updateUser(
  tx: Tx,
  userId: UserId,
  changes: { readonly passwordHash?: string; readonly isEnabled?: boolean },
): Promise<void> {
  const { isEnabled, ...plain } = changes;
  const columns = { ...definedOnly(plain), ...(isEnabled !== undefined && { isEnabled: toBit(isEnabled) }) };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("users").set(columns).where("id", "=", userId).execute();
}

export async function deleteUser(tx: Tx, userId: UserId): Promise<void> {
  await deleteMarksOf(tx, { type: "user", id: userId });
  await tx.deleteFrom("permissions").where("userId", "=", userId).execute();
  await tx.deleteFrom("users").where("id", "=", userId).execute();
}

function toUser(row: UserRow): User {
  return {
    id: row.id as UserId,
    name: row.name,
    domain: row.domain,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    isEnabled: row.isEnabled === 1,
    createdAtMs: row.createdAtMs,
  };
}

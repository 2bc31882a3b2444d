import type { Id, UserId } from "@yagura/std/ids.ts";
import type { SshPublicKey, UserOption } from "../../domain/user/user.ts";
import type { Db, Tx } from "../database.ts";
import type { SshPublicKeyRow, UserOptionRow } from "../schema.ts";

/** @param userId of one user; without it of all. */
export async function listUserOptions(db: Db, userId?: UserId): Promise<UserOption[]> {
  let query = db.selectFrom("userOptions").selectAll().orderBy("name");
  if (userId !== undefined) query = query.where("userId", "=", userId);
  return (await query.execute()).map(toOption);
}

export async function insertUserOption(tx: Tx, option: UserOption): Promise<void> {
  await tx.insertInto("userOptions").values(option).execute();
}

export async function deleteUserOption(tx: Tx, optionId: UserOption["id"]): Promise<void> {
  await tx.deleteFrom("userOptions").where("id", "=", optionId).execute();
}

/** He has one at most, as in oVirt. */
export async function findSshPublicKey(db: Db, userId: UserId): Promise<SshPublicKey | undefined> {
  const row = await db.selectFrom("sshPublicKeys").selectAll().where("userId", "=", userId).executeTakeFirst();
  return row && toKey(row);
}

export async function insertSshPublicKey(tx: Tx, key: SshPublicKey): Promise<void> {
  await tx.insertInto("sshPublicKeys").values(key).execute();
}

export async function deleteSshPublicKey(tx: Tx, keyId: SshPublicKey["id"]): Promise<void> {
  await tx.deleteFrom("sshPublicKeys").where("id", "=", keyId).execute();
}

function toOption(row: UserOptionRow): UserOption {
  return { ...row, id: row.id as Id<"user-option">, userId: row.userId as UserId };
}

function toKey(row: SshPublicKeyRow): SshPublicKey {
  return { ...row, id: row.id as Id<"ssh-public-key">, userId: row.userId as UserId };
}

import type { UserId } from "@yagura/std/ids.ts";
import { sql } from "kysely";
import type { Session } from "../../domain/user/session.ts";
import type { Db, Tx } from "../database.ts";
import type { SessionRow } from "../schema.ts";

export async function insertSession(tx: Tx, session: Session): Promise<void> {
  await tx.insertInto("sessions").values(session).execute();
}

export async function findSession(db: Db, tokenHash: string): Promise<Session | undefined> {
  const row = await db.selectFrom("sessions").selectAll().where("tokenHash", "=", tokenHash).executeTakeFirst();
  return row && toSession(row);
}

export async function touchSession(tx: Tx, tokenHash: string, lastUsedAtMs: number): Promise<void> {
  await tx.updateTable("sessions").set({ lastUsedAtMs }).where("tokenHash", "=", tokenHash).execute();
}

/** Marks a refresh token as used. `false` when there is none that is not used yet. */
export async function spendSession(tx: Tx, tokenHash: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("sessions")
    .set({ kind: "spent" })
    .where("tokenHash", "=", tokenHash)
    .where("kind", "=", "refresh")
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** All that one login has begun. */
export async function deleteSessionFamily(tx: Tx, familyId: string): Promise<void> {
  // Sessions from before there were families have none, and none is not "all of them".
  if (familyId === "") return;
  await tx.deleteFrom("sessions").where("familyId", "=", familyId).execute();
}

export async function deleteSession(tx: Tx, tokenHash: string): Promise<void> {
  await tx.deleteFrom("sessions").where("tokenHash", "=", tokenHash).execute();
}

/** All of a user: his password was changed, or he is gone. */
export async function deleteSessionsOfUser(tx: Tx, userId: UserId): Promise<void> {
  await tx.deleteFrom("sessions").where("userId", "=", userId).execute();
}

/** Sessions that are too old or were not used for too long. Returns how many. */
export async function deleteEndedSessions(tx: Tx, nowMs: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom("sessions")
    .where((where) =>
      where.or([where("expiresAtMs", "<=", nowMs), where(sql<number>`last_used_at_ms + idle_timeout_ms`, "<=", nowMs)]),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export async function countSessions(db: Db, userId: UserId): Promise<number> {
  const row = await db
    .selectFrom("sessions")
    .select((select) => select.fn.countAll().as("count"))
    .where("userId", "=", userId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function toSession(row: SessionRow): Session {
  return { ...row, userId: row.userId as UserId, kind: row.kind as Session["kind"] };
}

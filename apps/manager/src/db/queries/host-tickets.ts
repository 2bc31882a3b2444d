import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { HostTicket } from "../../domain/host/enrolment.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { HostTicketRow } from "../schema.ts";

export async function insertHostTicket(tx: Tx, ticket: HostTicket): Promise<void> {
  const { id, secretHash, clusterId, createdAtMs, expiresAtMs, createdBy } = ticket;
  await tx
    .insertInto("hostTickets")
    .values({
      id,
      secretHash,
      clusterId,
      createdAtMs,
      expiresAtMs,
      createdBy: createdBy ?? null,
      hostName: null,
      usedAtMs: null,
      usedBy: null,
      usedByKey: null,
      revokedAtMs: null,
    })
    .execute();
}

export async function findHostTicket(db: Db, secretHash: string): Promise<HostTicket | undefined> {
  const row = await db.selectFrom("hostTickets").selectAll().where("secretHash", "=", secretHash).executeTakeFirst();
  return row && toTicket(row);
}

/** Tickets by which a host can still be admitted, the oldest first. */
export async function listOpenHostTickets(db: Db, nowMs: number): Promise<HostTicket[]> {
  const rows = await db
    .selectFrom("hostTickets")
    .selectAll()
    .where("revokedAtMs", "is", null)
    .where("usedByKey", "is", null)
    .where("expiresAtMs", ">", nowMs)
    .orderBy("createdAtMs")
    .orderBy("id")
    .execute();
  return rows.map(toTicket);
}

/** Spends the ticket on this host and key. `false`: it was spent on another host, or on another key, before. */
export async function spendHostTicket(
  tx: Tx,
  use: {
    readonly secretHash: string;
    readonly hostId: HostId;
    readonly keyFingerprint: string | undefined;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("hostTickets")
    .set({ usedBy: use.hostId, usedByKey: use.keyFingerprint ?? null, usedAtMs: use.nowMs })
    .where("secretHash", "=", use.secretHash)
    .where("revokedAtMs", "is", null)
    .where("usedByKey", "is", null)
    .where(({ eb, or }) => or([eb("usedBy", "is", null), eb("usedBy", "=", use.hostId)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** `false`: there is no such ticket, or it was withdrawn before. */
export async function revokeHostTicket(tx: Tx, secretHash: string, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("hostTickets")
    .set({ revokedAtMs: nowMs })
    .where("secretHash", "=", secretHash)
    .where("revokedAtMs", "is", null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Tickets that ended before `beforeMs`, used or not, serve nobody any more. */
export async function deleteHostTicketsEndedBefore(tx: Tx, beforeMs: number): Promise<void> {
  await tx.deleteFrom("hostTickets").where("expiresAtMs", "<", beforeMs).execute();
}

function toTicket(row: HostTicketRow): HostTicket {
  return {
    id: row.id,
    secretHash: row.secretHash,
    clusterId: row.clusterId as ClusterId,
    createdAtMs: row.createdAtMs,
    expiresAtMs: row.expiresAtMs,
    isRevoked: row.revokedAtMs !== null,
    ...optional("createdBy", row.createdBy),
    ...optional("usedBy", row.usedBy as HostId | null),
    ...optional("usedByKey", row.usedByKey),
  };
}

import type { HostStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { EnrolledHost, HostRequest, HostTicket } from "../../domain/host/enrolment.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { HostRequestRow, HostTicketRow } from "../schema.ts";

export async function findEnrolledHost(db: Db, hostId: HostId): Promise<EnrolledHost | undefined> {
  const row = await db
    .selectFrom("hosts")
    .leftJoin("hostCertificates", "hostCertificates.hostId", "hosts.id")
    .select([
      "id",
      "name",
      "address",
      "port",
      "clusterId",
      "status",
      "keyFingerprint",
      "previousKeyFingerprint",
      "certificate",
    ])
    .where("id", "=", hostId)
    .executeTakeFirst();
  return (
    row && {
      id: row.id as HostId,
      name: row.name,
      address: row.address,
      port: row.port,
      clusterId: row.clusterId as ClusterId,
      status: row.status as HostStatus,
      ...optional("keyFingerprint", row.keyFingerprint),
      ...optional("previousKeyFingerprint", row.previousKeyFingerprint),
      ...optional("certificatePem", row.certificate),
    }
  );
}

/** Another host that is reached at the same address and port. */
export async function findHostAtAddress(
  db: Db,
  { address, port, exceptHostId }: { readonly address: string; readonly port: number; readonly exceptHostId: HostId },
): Promise<Pick<EnrolledHost, "id" | "name" | "status"> | undefined> {
  const row = await db
    .selectFrom("hosts")
    .select(["id", "name", "status"])
    .where("address", "=", address)
    .where("port", "=", port)
    .where("id", "!=", exceptHostId)
    .executeTakeFirst();
  return row && { id: row.id as HostId, name: row.name, status: row.status as HostStatus };
}

/** Where hosts go that nobody sends elsewhere: the cluster called "Default", else the first by name. */
export async function findDefaultClusterId(db: Db): Promise<ClusterId | undefined> {
  const rows = await db.selectFrom("clusters").select(["id", "name"]).orderBy("name").execute();
  const found = rows.find((row) => row.name === "Default") ?? rows[0];
  return found && (found.id as ClusterId);
}

/** What is known of a host once it is admitted, by a ticket or by an administrator. */
export interface Admission {
  readonly address: string;
  readonly port: number;
  readonly clusterId: ClusterId;
  readonly keyFingerprint: string | null;
  readonly status: HostStatus;
  readonly poolNumber: number;
}

/** Gives a host its key. A certificate of another key is forgotten with it. */
export async function admitHost(tx: Tx, hostId: HostId, admission: Admission): Promise<void> {
  await tx
    .updateTable("hosts")
    .set({ ...admission, statusReason: null })
    .where("id", "=", hostId)
    .execute();
  await tx.deleteFrom("hostCertificates").where("hostId", "=", hostId).execute();
}

export async function getPoolNumber(tx: Tx, hostId: HostId): Promise<number> {
  const { poolNumber } = await tx
    .selectFrom("hosts")
    .select("poolNumber")
    .where("id", "=", hostId)
    .executeTakeFirstOrThrow();
  return poolNumber;
}

/** Records the certificate of the key that the host has; nothing happens if it has another key by now. */
export async function writeHostCertificate(
  tx: Tx,
  {
    hostId,
    keyFingerprint,
    certificatePem,
  }: { readonly hostId: HostId; readonly keyFingerprint: string; readonly certificatePem: string },
): Promise<void> {
  const host = await findEnrolledHost(tx, hostId);
  if (host?.keyFingerprint !== keyFingerprint) return;
  await tx
    .insertInto("hostCertificates")
    .values({ hostId, previousKeyFingerprint: null, certificate: certificatePem })
    .onConflict((conflict) => conflict.column("hostId").doUpdateSet({ certificate: certificatePem }))
    .execute();
}

/** The host goes from one key to the next. `false`: it did not have the key `from` any more, and nothing was changed. */
export async function replaceHostKey(
  tx: Tx,
  change: { readonly hostId: HostId; readonly from: string; readonly to: string; readonly certificatePem: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("hosts")
    .set({ keyFingerprint: change.to })
    .where("id", "=", change.hostId)
    .where("keyFingerprint", "=", change.from)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  const columns = { previousKeyFingerprint: change.from, certificate: change.certificatePem };
  await tx
    .insertInto("hostCertificates")
    .values({ hostId: change.hostId, ...columns })
    .onConflict((conflict) => conflict.column("hostId").doUpdateSet(columns))
    .execute();
  return true;
}

export async function listHostRequests(db: Db, filter: { readonly hostId?: HostId } = {}): Promise<HostRequest[]> {
  let query = db.selectFrom("hostRequests").selectAll().orderBy("firstSeenAtMs").orderBy("keyFingerprint");
  if (filter.hostId !== undefined) query = query.where("hostId", "=", filter.hostId);
  return (await query.execute()).map(toRequest);
}

export async function countHostRequests(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("hostRequests")
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Adds the request, or notes that it was made again. What it first said of name and address stays. */
export async function noteHostRequest(tx: Tx, request: HostRequest): Promise<void> {
  await tx
    .insertInto("hostRequests")
    .values({ ...request, keyFingerprint: request.keyFingerprint ?? "" })
    .onConflict((conflict) =>
      conflict
        .columns(["hostId", "keyFingerprint"])
        .doUpdateSet({ lastSeenAtMs: request.lastSeenAtMs, source: request.source }),
    )
    .execute();
}

export async function deleteHostRequests(tx: Tx, hostId: HostId, keyFingerprint?: string): Promise<number> {
  let query = tx.deleteFrom("hostRequests").where("hostId", "=", hostId);
  if (keyFingerprint !== undefined) query = query.where("keyFingerprint", "=", keyFingerprint);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

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

function toRequest({ keyFingerprint, hostId, ...row }: HostRequestRow): HostRequest {
  return { ...row, hostId: hostId as HostId, ...(keyFingerprint !== "" && { keyFingerprint }) };
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

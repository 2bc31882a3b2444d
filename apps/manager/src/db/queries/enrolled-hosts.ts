import type { HostStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { EnrolledHost } from "../../domain/host/enrolment.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";

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

import type { HostId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type {
  NfsVersion,
  StorageConnection,
  StorageConnectionId,
  StorageType,
} from "../../domain/storage-domain/storage-connection.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { StorageConnectionRow } from "../schema.ts";

export async function findStorageConnection(
  db: Db,
  connectionId: StorageConnectionId,
): Promise<StorageConnection | undefined> {
  const row = await db.selectFrom("storageConnections").selectAll().where("id", "=", connectionId).executeTakeFirst();
  return row && toStorageConnection(row);
}

/** @throws NotFound */
export async function getStorageConnection(db: Db, connectionId: StorageConnectionId): Promise<StorageConnection> {
  const found = await findStorageConnection(db, connectionId);
  if (found === undefined) throw new NotFound("storage connection", connectionId);
  return found;
}

export async function listStorageConnections(db: Db): Promise<StorageConnection[]> {
  return (await db.selectFrom("storageConnections").selectAll().orderBy("id").execute()).map(toStorageConnection);
}

/** Does nothing when it is there. */
export async function ensureStorageConnection(tx: Tx, connection: StorageConnection): Promise<void> {
  await tx
    .insertInto("storageConnections")
    .values(toRow(connection))
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** Writes all of it anew. */
export async function writeStorageConnection(tx: Tx, connection: StorageConnection): Promise<void> {
  const { id, ...columns } = toRow(connection);
  await tx.updateTable("storageConnections").set(columns).where("id", "=", id).execute();
}

export async function deleteStorageConnection(tx: Tx, connectionId: StorageConnectionId): Promise<void> {
  await tx.deleteFrom("storageConnections").where("id", "=", connectionId).execute();
}

function toRow(connection: StorageConnection): StorageConnectionRow {
  return {
    id: connection.id,
    type: connection.type,
    address: connection.address,
    path: connection.path,
    hostId: connection.hostId ?? null,
    nfsVersion: connection.nfsVersion ?? null,
    nfsTimeoutDeciseconds: connection.nfsTimeoutDeciseconds ?? null,
    nfsRetransmissions: connection.nfsRetransmissions ?? null,
    mountOptions: connection.mountOptions ?? null,
    vfsType: connection.vfsType ?? null,
  };
}

export function toStorageConnection(row: StorageConnectionRow): StorageConnection {
  return {
    id: row.id as StorageConnectionId,
    type: row.type as StorageType,
    address: row.address,
    path: row.path,
    ...optional("hostId", row.hostId as HostId | null),
    ...optional("nfsVersion", row.nfsVersion as NfsVersion | null),
    ...optional("nfsTimeoutDeciseconds", row.nfsTimeoutDeciseconds),
    ...optional("nfsRetransmissions", row.nfsRetransmissions),
    ...optional("mountOptions", row.mountOptions),
    ...optional("vfsType", row.vfsType),
  };
}

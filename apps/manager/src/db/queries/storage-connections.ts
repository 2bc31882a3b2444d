import type { HostId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type {
  StorageConnection,
  StorageConnectionId,
  StorageType,
} from "../../domain/storage-domain/storage-domain.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { StorageConnectionRow } from "../schema.ts";

/** @throws NotFound */
export async function getStorageConnection(db: Db, connectionId: StorageConnectionId): Promise<StorageConnection> {
  const row = await db.selectFrom("storageConnections").selectAll().where("id", "=", connectionId).executeTakeFirst();
  if (row === undefined) throw new NotFound("storage connection", connectionId);
  return toStorageConnection(row);
}

export async function listStorageConnections(db: Db): Promise<StorageConnection[]> {
  return (await db.selectFrom("storageConnections").selectAll().orderBy("id").execute()).map(toStorageConnection);
}

/** Does nothing when it is there. */
export async function ensureStorageConnection(tx: Tx, connection: StorageConnection): Promise<void> {
  await tx
    .insertInto("storageConnections")
    .values({ ...connection, hostId: connection.hostId ?? null })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export async function deleteStorageConnection(tx: Tx, connectionId: StorageConnectionId): Promise<void> {
  await tx.deleteFrom("storageConnections").where("id", "=", connectionId).execute();
}

export function toStorageConnection(row: StorageConnectionRow): StorageConnection {
  return {
    id: row.id as StorageConnectionId,
    type: row.type as StorageType,
    address: row.address,
    path: row.path,
    ...optional("hostId", row.hostId as HostId | null),
  };
}

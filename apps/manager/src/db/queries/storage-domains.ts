import type { StorageDomainStatus } from "@yagura/lifecycles";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import { sql } from "kysely";
import { NotFound } from "../../domain/errors.ts";
import { firstProfile } from "../../domain/profile/profile.ts";
import type { StorageConnection, StorageDomain, StorageType } from "../../domain/storage-domain/storage-domain.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { StorageDomainRow } from "../schema.ts";
import { ensureProfile } from "./profiles.ts";
import { toStorageConnection } from "./storage-connections.ts";

export async function findStorageDomain(db: Db, domainId: StorageDomainId): Promise<StorageDomain | undefined> {
  const row = await db
    .selectFrom("storageDomains")
    .selectAll()
    .select(committed)
    .where("id", "=", domainId)
    .executeTakeFirst();
  return row && (await complete(db, [row]))[0];
}

/** @throws NotFound */
export async function getStorageDomain(db: Db, domainId: StorageDomainId): Promise<StorageDomain> {
  const found = await findStorageDomain(db, domainId);
  if (found === undefined) throw new NotFound("storage domain", domainId);
  return found;
}

export async function findStorageDomainByName(db: Db, name: string): Promise<StorageDomain | undefined> {
  const row = await db
    .selectFrom("storageDomains")
    .selectAll()
    .select(committed)
    .where("name", "=", name)
    .executeTakeFirst();
  return row && (await complete(db, [row]))[0];
}

export async function listStorageDomains(
  db: Db,
  filter: { dataCenterId?: DataCenterId } = {},
): Promise<StorageDomain[]> {
  let query = db.selectFrom("storageDomains").selectAll().select(committed).orderBy("name");
  if (filter.dataCenterId !== undefined) query = query.where("dataCenterId", "=", filter.dataCenterId);
  return complete(db, await query.execute());
}

/** The connection must be there already. Does nothing when the domain is. */
export async function ensureStorageDomain(tx: Tx, domain: StorageDomain): Promise<void> {
  await tx
    .insertInto("storageDomains")
    .values({
      id: domain.id,
      name: domain.name,
      description: domain.description,
      comment: domain.comment,
      purpose: domain.purpose,
      type: domain.type,
      formatVersion: domain.formatVersion,
      status: domain.status,
      isMaster: toBit(domain.isMaster),
      dataCenterId: domain.dataCenterId ?? null,
      connectionId: domain.connection.id,
      availableBytes: domain.availableBytes ?? null,
      usedBytes: domain.usedBytes ?? null,
      wipeAfterDelete: toBit(domain.wipeAfterDelete),
      createdAtMs: domain.createdAtMs,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await ensureProfile(tx, firstProfile("disk", domain));
}

export interface StorageDomainChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly status?: StorageDomainStatus;
  readonly isMaster?: boolean;
  readonly dataCenterId?: DataCenterId | null;
  readonly availableBytes?: number;
  readonly usedBytes?: number;
  readonly wipeAfterDelete?: boolean;
}

export async function updateStorageDomain(
  tx: Tx,
  domainId: StorageDomainId,
  { isMaster, wipeAfterDelete, ...plain }: StorageDomainChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(isMaster !== undefined && { isMaster: toBit(isMaster) }),
    ...(wipeAfterDelete !== undefined && { wipeAfterDelete: toBit(wipeAfterDelete) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("storageDomains").set(columns).where("id", "=", domainId).execute();
}

/** Also its disk profiles, and limits of quotas for it. */
export async function deleteStorageDomain(tx: Tx, domainId: StorageDomainId): Promise<void> {
  await tx.deleteFrom("diskProfiles").where("storageDomainId", "=", domainId).execute();
  await tx.deleteFrom("quotaStorageLimits").where("storageDomainId", "=", domainId).execute();
  await tx.deleteFrom("storageDomains").where("id", "=", domainId).execute();
}

const committed = sql<number | string>`(select coalesce(sum(disks.capacity_bytes), 0) from disks
  where disks.storage_domain_id = storage_domains.id)`.as("committedBytes");

async function complete(
  db: Db,
  rows: readonly (StorageDomainRow & { readonly committedBytes: number | string })[],
): Promise<StorageDomain[]> {
  if (rows.length === 0) return [];
  const connections = await db
    .selectFrom("storageConnections")
    .selectAll()
    .where(
      "id",
      "in",
      rows.map((row) => row.connectionId),
    )
    .execute();
  const connectionById = new Map(connections.map((row) => [row.id, toStorageConnection(row)]));
  return rows.flatMap((row) => {
    const connection = connectionById.get(row.connectionId);
    return connection === undefined ? [] : [toStorageDomain(row, connection, Number(row.committedBytes))];
  });
}

function toStorageDomain(row: StorageDomainRow, connection: StorageConnection, committedBytes: number): StorageDomain {
  return {
    id: row.id as StorageDomainId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    purpose: "data",
    type: row.type as StorageType,
    formatVersion: row.formatVersion,
    status: row.status as StorageDomainStatus,
    isMaster: row.isMaster === 1,
    ...optional("dataCenterId", row.dataCenterId as DataCenterId | null),
    connection,
    ...optional("availableBytes", row.availableBytes),
    ...optional("usedBytes", row.usedBytes),
    committedBytes,
    wipeAfterDelete: row.wipeAfterDelete === 1,
    createdAtMs: row.createdAtMs,
  };
}

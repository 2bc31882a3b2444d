import type { DiskStatus } from "@yagura/lifecycles";
import type { DiskId, StorageDomainId, TemplateId, VmId, VolumeId } from "@yagura/std/ids.ts";
import { sql } from "kysely";
import type { Disk, VolumeFormat } from "../../domain/disk/disk.ts";
import { NotFound } from "../../domain/errors.ts";
import { definedOnly, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { DiskRow } from "../schema.ts";

export async function findDisk(db: Db, diskId: DiskId): Promise<Disk | undefined> {
  return (await listDisks(db, { ids: [diskId] }))[0];
}

/** @throws NotFound */
export async function getDisk(db: Db, diskId: DiskId): Promise<Disk> {
  const found = await findDisk(db, diskId);
  if (found === undefined) throw new NotFound("disk", diskId);
  return found;
}

export async function listDisks(
  db: Db,
  filter: { storageDomainId?: StorageDomainId; ids?: readonly DiskId[] } = {},
): Promise<Disk[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("disks").selectAll().select(belongings).orderBy("name").orderBy("id");
  if (filter.storageDomainId !== undefined) query = query.where("storageDomainId", "=", filter.storageDomainId);
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  return (await query.execute()).map(toDisk);
}

/** The disk without its volumes (`ensureVolume`). Does nothing when it is there. */
export async function ensureDisk(tx: Tx, disk: Omit<Disk, "vmIds" | "templateIds" | "volumeId">): Promise<void> {
  await tx
    .insertInto("disks")
    .values({
      id: disk.id,
      name: disk.name,
      description: disk.description,
      storageDomainId: disk.storageDomainId,
      capacityBytes: disk.capacityBytes,
      actualBytes: disk.actualBytes,
      format: disk.format,
      isSparse: toBit(disk.isSparse),
      status: disk.status,
      isShareable: toBit(disk.isShareable),
      wipeAfterDelete: toBit(disk.wipeAfterDelete),
      propagateErrors: toBit(disk.propagateErrors),
      backup: disk.backup,
      contentType: disk.contentType,
      createdAtMs: disk.createdAtMs,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export interface DiskChanges {
  readonly name?: string;
  readonly description?: string;
  readonly status?: DiskStatus;
  readonly capacityBytes?: number;
  readonly actualBytes?: number;
  readonly format?: VolumeFormat;
  readonly isSparse?: boolean;
  readonly wipeAfterDelete?: boolean;
  readonly propagateErrors?: boolean;
  readonly backup?: "none" | "incremental";
}

export async function updateDisk(
  tx: Tx,
  diskId: DiskId,
  { isSparse, wipeAfterDelete, propagateErrors, ...plain }: DiskChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(isSparse !== undefined && { isSparse: toBit(isSparse) }),
    ...(wipeAfterDelete !== undefined && { wipeAfterDelete: toBit(wipeAfterDelete) }),
    ...(propagateErrors !== undefined && { propagateErrors: toBit(propagateErrors) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("disks").set(columns).where("id", "=", diskId).execute();
}

/** The disk, with all its volumes, is on this domain from now on. */
export async function moveDisk(tx: Tx, diskId: DiskId, storageDomainId: StorageDomainId): Promise<void> {
  await tx.updateTable("disks").set({ storageDomainId }).where("id", "=", diskId).execute();
  await tx.updateTable("volumes").set({ storageDomainId }).where("diskId", "=", diskId).execute();
}

/** What a disk of a VM takes on its storage, as the VM's host says: of other disks it is not believed. */
export async function updateActualSize(
  tx: Tx,
  { vmId, diskId, actualBytes }: { readonly vmId: VmId; readonly diskId: string; readonly actualBytes: number },
): Promise<void> {
  await tx
    .updateTable("disks")
    .set({ actualBytes })
    .where("id", "=", diskId)
    .where("id", "in", (query) => query.selectFrom("diskAttachments").select("diskId").where("vmId", "=", vmId))
    .execute();
}

/** With its volumes, its attachments and the record of its transfers. */
export async function deleteDisk(tx: Tx, diskId: DiskId): Promise<void> {
  await tx.deleteFrom("imageTransfers").where("diskId", "=", diskId).execute();
  await tx.deleteFrom("diskAttachments").where("diskId", "=", diskId).execute();
  await tx.deleteFrom("templateDisks").where("diskId", "=", diskId).execute();
  await tx.deleteFrom("volumes").where("diskId", "=", diskId).execute();
  await tx.deleteFrom("permissions").where("objectType", "=", "disk").where("objectId", "=", diskId).execute();
  await tx.deleteFrom("disks").where("id", "=", diskId).execute();
}

// Of one row each: a join with all three would multiply them.
const belongings = [
  sql<string | null>`(select max(id) from volumes where volumes.disk_id = disks.id and volumes.is_leaf = 1)`.as(
    "leafId",
  ),
  sql<
    string | null
  >`(select string_agg(vm_id, ',') from disk_attachments where disk_attachments.disk_id = disks.id)`.as("vmIds"),
  sql<
    string | null
  >`(select string_agg(template_id, ',') from template_disks where template_disks.disk_id = disks.id)`.as(
    "templateIds",
  ),
] as const;

interface Belongings {
  readonly leafId: string | null;
  readonly vmIds: string | null;
  readonly templateIds: string | null;
}

function toDisk(row: DiskRow & Belongings): Disk {
  return {
    id: row.id as DiskId,
    name: row.name,
    description: row.description,
    storageDomainId: row.storageDomainId as StorageDomainId,
    capacityBytes: row.capacityBytes,
    actualBytes: row.actualBytes,
    format: row.format as VolumeFormat,
    isSparse: row.isSparse === 1,
    status: row.status as DiskStatus,
    isShareable: row.isShareable === 1,
    wipeAfterDelete: row.wipeAfterDelete === 1,
    propagateErrors: row.propagateErrors === 1,
    backup: row.backup as Disk["backup"],
    contentType: row.contentType as Disk["contentType"],
    createdAtMs: row.createdAtMs,
    // A disk is recorded together with its first volume, in one transaction; without one it has no content.
    volumeId: (row.leafId ?? row.id) as VolumeId,
    vmIds: (row.vmIds?.split(",") ?? []) as VmId[],
    templateIds: (row.templateIds?.split(",") ?? []) as TemplateId[],
  };
}

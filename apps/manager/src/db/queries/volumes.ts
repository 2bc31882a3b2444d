import type { DiskId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { Volume, VolumeFormat } from "../../domain/disk/disk.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";

/** The volumes of a disk, the lowest first. A template's volume below them belongs to the template's disk. */
export async function listVolumes(db: Db, diskId: DiskId): Promise<Volume[]> {
  const rows = await db
    .selectFrom("volumes")
    .leftJoin("volumes as parents", "parents.id", "volumes.parentId")
    .selectAll("volumes")
    .select("parents.diskId as parentDiskId")
    .where("volumes.diskId", "=", diskId)
    .orderBy("volumes.createdAtMs")
    .execute();
  return rows.map((row) => ({
    id: row.id as VolumeId,
    diskId: row.diskId as DiskId,
    storageDomainId: row.storageDomainId as StorageDomainId,
    ...optional("parentId", row.parentId as VolumeId | null),
    ...optional("parentDiskId", row.parentDiskId as DiskId | null),
    format: row.format as VolumeFormat,
    isSparse: row.isSparse === 1,
    capacityBytes: row.capacityBytes,
    actualBytes: row.actualBytes,
    isLeaf: row.isLeaf === 1,
    createdAtMs: row.createdAtMs,
  }));
}

export async function findVolume(db: Db, volumeId: VolumeId): Promise<{ readonly diskId: DiskId } | undefined> {
  const row = await db.selectFrom("volumes").select("diskId").where("id", "=", volumeId).executeTakeFirst();
  return row && { diskId: row.diskId as DiskId };
}

/** How many volumes of other disks stand on this disk: VMs that were made thin from a template. */
export async function countVolumesOn(db: Db, diskId: DiskId): Promise<number> {
  const row = await db
    .selectFrom("volumes")
    .innerJoin("volumes as parents", "parents.id", "volumes.parentId")
    .select((select) => select.fn.countAll<number | string>().as("count"))
    .where("parents.diskId", "=", diskId)
    .where("volumes.diskId", "!=", diskId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Does nothing when it is there. */
export async function ensureVolume(tx: Tx, volume: Omit<Volume, "parentDiskId">): Promise<void> {
  await tx
    .insertInto("volumes")
    .values({
      id: volume.id,
      diskId: volume.diskId,
      storageDomainId: volume.storageDomainId,
      parentId: volume.parentId ?? null,
      format: volume.format,
      isSparse: toBit(volume.isSparse),
      capacityBytes: volume.capacityBytes,
      actualBytes: volume.actualBytes,
      isLeaf: toBit(volume.isLeaf),
      createdAtMs: volume.createdAtMs,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export async function updateVolume(
  tx: Tx,
  volumeId: VolumeId,
  changes: { readonly actualBytes?: number; readonly capacityBytes?: number },
): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("volumes").set(columns).where("id", "=", volumeId).execute();
}

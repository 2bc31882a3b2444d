import type { DiskId, VmId } from "@yagura/std/ids.ts";
import type { DiskAttachment, DiskInterface } from "../../domain/disk/disk.ts";
import { NotFound } from "../../domain/errors.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { DiskAttachmentRow } from "../schema.ts";

/** In the order in which the VM got them. */
export async function listDiskAttachments(
  db: Db,
  filter: { vmId?: VmId; vmIds?: readonly VmId[]; diskId?: DiskId },
): Promise<DiskAttachment[]> {
  let query = db.selectFrom("diskAttachments").selectAll().orderBy("vmId").orderBy("position");
  if (filter.vmId !== undefined) query = query.where("vmId", "=", filter.vmId);
  if (filter.vmIds !== undefined) {
    if (filter.vmIds.length === 0) return [];
    query = query.where("vmId", "in", filter.vmIds);
  }
  if (filter.diskId !== undefined) query = query.where("diskId", "=", filter.diskId);
  return (await query.execute()).map(toDiskAttachment);
}

/** @throws NotFound */
export async function getDiskAttachment(db: Db, vmId: VmId, diskId: DiskId): Promise<DiskAttachment> {
  const row = await db
    .selectFrom("diskAttachments")
    .selectAll()
    .where("vmId", "=", vmId)
    .where("diskId", "=", diskId)
    .executeTakeFirst();
  if (row === undefined) throw new NotFound("disk attachment", diskId);
  return toDiskAttachment(row);
}

/** As the last one of the VM. Does nothing when it is there. */
export async function ensureDiskAttachment(tx: Tx, attachment: DiskAttachment): Promise<void> {
  const { last } = (await tx
    .selectFrom("diskAttachments")
    .select((select) => select.fn.max("position").as("last"))
    .where("vmId", "=", attachment.vmId)
    .executeTakeFirst()) ?? { last: null };
  await tx
    .insertInto("diskAttachments")
    .values({
      vmId: attachment.vmId,
      diskId: attachment.diskId,
      interface: attachment.interface,
      isBootable: toBit(attachment.isBootable),
      isActive: toBit(attachment.isActive),
      isReadOnly: toBit(attachment.isReadOnly),
      passDiscard: toBit(attachment.passDiscard),
      logicalName: attachment.logicalName ?? null,
      position: Number(last ?? -1) + 1,
    })
    .onConflict((conflict) => conflict.columns(["vmId", "diskId"]).doNothing())
    .execute();
}

export interface DiskAttachmentChanges {
  readonly interface?: DiskInterface;
  readonly isBootable?: boolean;
  readonly isActive?: boolean;
  readonly isReadOnly?: boolean;
  readonly passDiscard?: boolean;
  readonly logicalName?: string;
}

export async function updateDiskAttachment(
  tx: Tx,
  { vmId, diskId }: Pick<DiskAttachment, "vmId" | "diskId">,
  changes: DiskAttachmentChanges,
): Promise<void> {
  const { isBootable, isActive, isReadOnly, passDiscard, ...plain } = changes;
  const columns = {
    ...definedOnly(plain),
    ...(isBootable !== undefined && { isBootable: toBit(isBootable) }),
    ...(isActive !== undefined && { isActive: toBit(isActive) }),
    ...(isReadOnly !== undefined && { isReadOnly: toBit(isReadOnly) }),
    ...(passDiscard !== undefined && { passDiscard: toBit(passDiscard) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("diskAttachments").set(columns).where("vmId", "=", vmId).where("diskId", "=", diskId).execute();
}

export async function deleteDiskAttachment(tx: Tx, vmId: VmId, diskId: DiskId): Promise<void> {
  await tx.deleteFrom("diskAttachments").where("vmId", "=", vmId).where("diskId", "=", diskId).execute();
}

function toDiskAttachment(row: DiskAttachmentRow): DiskAttachment {
  return {
    vmId: row.vmId as VmId,
    diskId: row.diskId as DiskId,
    interface: row.interface as DiskInterface,
    isBootable: row.isBootable === 1,
    isActive: row.isActive === 1,
    isReadOnly: row.isReadOnly === 1,
    passDiscard: row.passDiscard === 1,
    ...optional("logicalName", row.logicalName),
  };
}

import type { DiskId, HostId, UserId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type {
  ImageTransfer,
  ImageTransferId,
  TransferDirection,
  TransferPhase,
} from "../../domain/image-transfer/image-transfer.ts";
import { definedOnly, optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { ImageTransferRow } from "../schema.ts";

const endedPhases: readonly TransferPhase[] = [
  "finished_success",
  "finished_failure",
  "cancelled_system",
  "cancelled_user",
];

/** @throws NotFound */
export async function getImageTransfer(db: Db, transferId: ImageTransferId): Promise<ImageTransfer> {
  const row = await db.selectFrom("imageTransfers").selectAll().where("id", "=", transferId).executeTakeFirst();
  if (row === undefined) throw new NotFound("image transfer", transferId);
  return toImageTransfer(row);
}

export async function listImageTransfers(db: Db, filter: { diskId?: DiskId } = {}): Promise<ImageTransfer[]> {
  let query = db.selectFrom("imageTransfers").selectAll().orderBy("createdAtMs", "desc").orderBy("id");
  if (filter.diskId !== undefined) query = query.where("diskId", "=", filter.diskId);
  return (await query.execute()).map(toImageTransfer);
}

export async function insertImageTransfer(tx: Tx, transfer: ImageTransfer): Promise<void> {
  await tx
    .insertInto("imageTransfers")
    .values({ ...transfer, ownerId: transfer.ownerId ?? null, failure: transfer.failure ?? null })
    .execute();
}

export async function updateImageTransfer(
  tx: Tx,
  transferId: ImageTransferId,
  changes: {
    readonly phase?: TransferPhase;
    readonly transferredBytes?: number;
    readonly updatedAtMs: number;
    readonly failure?: string;
  },
): Promise<void> {
  await tx.updateTable("imageTransfers").set(definedOnly(changes)).where("id", "=", transferId).execute();
}

/** Transfers that ended before `beforeMs`. Returns how many. */
export async function deleteEndedTransfers(tx: Tx, beforeMs: number): Promise<number> {
  const gone = await tx
    .deleteFrom("imageTransfers")
    .where("updatedAtMs", "<", beforeMs)
    .where("phase", "in", [...endedPhases])
    .returning("id")
    .execute();
  return gone.length;
}

/** Before a host goes; those under way keep it. */
export async function deleteEndedTransfersOfHost(tx: Tx, hostId: HostId): Promise<void> {
  await tx
    .deleteFrom("imageTransfers")
    .where("hostId", "=", hostId)
    .where("phase", "in", [...endedPhases])
    .execute();
}

function toImageTransfer(row: ImageTransferRow): ImageTransfer {
  return {
    id: row.id as ImageTransferId,
    diskId: row.diskId as DiskId,
    direction: row.direction as TransferDirection,
    format: row.format as ImageTransfer["format"],
    phase: row.phase as TransferPhase,
    hostId: row.hostId as HostId,
    inactivityTimeoutMs: row.inactivityTimeoutMs,
    transferredBytes: row.transferredBytes,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
    ...optional("ownerId", row.ownerId as UserId | null),
    ...optional("failure", row.failure),
  };
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { getImageTransfer, updateImageTransfer } from "../../db/queries/image-transfers.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { updateVolume } from "../../db/queries/volumes.ts";
import { transaction } from "../../db/transaction.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { ImageTransfer, ImageTransferId, TransferPhase } from "../../domain/image-transfer/image-transfer.ts";
import { announce } from "../../events/announce.ts";
import { isTransient } from "../../hosts/agent-errors.ts";
import { readVolumeSizes, type VolumeOnStorage, verifyVolume } from "../../hosts/host-volumes.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot finalize the transfer.";

/**
 * Ends a transfer well: the host looks whether the volume's content is what it should be, and the disk is free again.
 * Content that points outside of its volume makes the disk illegal.
 */
export async function finalizeImageTransfer(context: OpContext, transferId: ImageTransferId): Promise<ImageTransfer> {
  const { db, clock, hosts, signal } = context;
  const transfer = await getImageTransfer(db, transferId);
  await context.authorize("edit_disk_properties", { type: "disk", id: transfer.diskId });
  if (transfer.phase === "finished_success") return transfer;
  refuseIf(
    attempt,
    transfer.phase === "transferring" || transfer.phase === "finalizing_success"
      ? []
      : [`The transfer is ${transfer.phase}.`],
  );
  await setPhase(context, transferId, "finalizing_success");
  const disk = await getDisk(db, transfer.diskId);
  try {
    const volume = await volumeOf(context, disk);
    const talk = { calls: hosts.calls(transfer.hostId), clock, signal };
    await verifyVolume(talk, volume);
    const sizes = await readVolumeSizes(talk, volume);
    await transaction(db, async (tx) => {
      await updateVolume(tx, disk.volumeId, { actualBytes: sizes.actualBytes });
      await updateDisk(tx, disk.id, { status: "ok", actualBytes: sizes.actualBytes });
      await end(tx, context, transfer, "finished_success");
      await announce(tx, clock, { name: "imageTransferSucceeded", ...byActor(context), details: { disk: disk.name } });
    });
  } catch (error) {
    // The host is silent: what it would say is not known, and the client may ask again.
    if (isTransient(error)) throw new OperationRefused("conflict", attempt, ["Its Host does not answer; try again."]);
    await transaction(db, async (tx) => {
      await updateDisk(tx, disk.id, { status: "illegal" });
      await end(tx, context, transfer, "finished_failure", describeError(error));
      await announce(tx, clock, { name: "imageTransferCancelled", ...byActor(context), details: { disk: disk.name } });
    });
  }
  return getImageTransfer(db, transferId);
}

/** Gives a transfer up. What has arrived is half a disk: it is illegal, and can only be removed. */
export async function cancelImageTransfer(context: OpContext, transferId: ImageTransferId): Promise<ImageTransfer> {
  const transfer = await getImageTransfer(context.db, transferId);
  await context.authorize("edit_disk_properties", { type: "disk", id: transfer.diskId });
  refuseIf(
    "Cannot cancel the transfer.",
    transfer.phase === "transferring" ? [] : [`The transfer is ${transfer.phase}.`],
  );
  await abandonTransfer(context, transfer, "cancelled_user", "imageTransferCancelled");
  return getImageTransfer(context.db, transferId);
}

/** Ends a transfer that somebody cancelled, or that nobody used in time. */
export async function abandonTransfer(
  context: OpContext,
  transfer: ImageTransfer,
  phase: "cancelled_user" | "cancelled_system",
  eventName: "imageTransferCancelled" | "imageTransferTimedOut",
): Promise<void> {
  await transaction(context.db, async (tx) => {
    const disk = await getDisk(tx, transfer.diskId);
    const isUntouched = transfer.transferredBytes === 0;
    await updateDisk(tx, disk.id, { status: isUntouched ? "ok" : "illegal" });
    await end(tx, context, transfer, phase);
    await announce(tx, context.clock, { name: eventName, ...byActor(context), details: { disk: disk.name } });
  });
}

async function end(
  tx: Tx,
  { clock }: OpContext,
  { id }: ImageTransfer,
  phase: TransferPhase,
  failure?: string,
): Promise<void> {
  await updateImageTransfer(tx, id, { phase, updatedAtMs: clock.nowMs(), ...(failure !== undefined && { failure }) });
}

async function setPhase({ db, clock }: OpContext, transferId: ImageTransferId, phase: TransferPhase): Promise<void> {
  await transaction(db, (tx) => updateImageTransfer(tx, transferId, { phase, updatedAtMs: clock.nowMs() }));
}

async function volumeOf({ db }: OpContext, disk: Disk): Promise<VolumeOnStorage> {
  const { dataCenterId } = await getStorageDomain(db, disk.storageDomainId);
  if (dataCenterId === undefined) throw new OperationRefused("conflict", attempt, ["The Storage Domain is detached."]);
  return { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: disk.volumeId };
}

import { diskLifecycle, mayRun } from "@yagura/lifecycles";
import { type DiskId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { getImageTransfer, insertImageTransfer } from "../../db/queries/image-transfers.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { getVm } from "../../db/queries/vms.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import { transaction } from "../../db/transaction.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { ImageTransfer, ImageTransferId, TransferDirection } from "../../domain/image-transfer/image-transfer.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot transfer disk.";

export interface NewImageTransfer {
  readonly diskId: DiskId;
  readonly direction: TransferDirection;
  readonly format?: "raw" | "cow";
  readonly inactivityTimeoutMs?: number;
}

/** Opens a disk for the bytes of a client; it is locked until the transfer has ended. */
export async function startImageTransfer(context: OpContext, asked: NewImageTransfer): Promise<ImageTransfer> {
  await context.authorize("edit_disk_properties", { type: "disk", id: asked.diskId });
  if (asked.direction === "download") {
    throw new OperationRefused("unsupported", attempt, ["Disks cannot be downloaded yet."]);
  }
  const { clock, actor, db } = context;
  const timeoutMs = asked.inactivityTimeoutMs ?? 60_000;
  const isSane = Number.isSafeInteger(timeoutMs) && timeoutMs >= 1000 && timeoutMs <= 24 * 60 * 60_000;
  refuseIf(attempt, isSane ? [] : ["The inactivity timeout must be between a second and a day."], "invalid");
  const transferId = newId<ImageTransferId>();
  await transaction(db, async (tx) => {
    const disk = await getDisk(tx, asked.diskId);
    refuseIf(attempt, await diskProblems(tx, disk));
    // The bytes go into the volume as they are; nobody converts them on the way.
    const format = asked.format ?? disk.format;
    refuseIf(
      attempt,
      format === disk.format ? [] : [`The disk has the format ${disk.format}; send ${disk.format}.`],
      "unsupported",
    );
    const nowMs = clock.nowMs();
    await insertImageTransfer(tx, {
      id: transferId,
      diskId: disk.id,
      direction: asked.direction,
      format,
      phase: "transferring",
      hostId: await storageHostOf(tx, disk),
      inactivityTimeoutMs: timeoutMs,
      transferredBytes: 0,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      ...(actor.userId !== undefined && { ownerId: actor.userId }),
    });
    await updateDisk(tx, disk.id, { status: diskLifecycle.nextStatus(disk.status, "lock") });
    await announce(tx, clock, { name: "imageTransferStarted", ...byActor(context), details: { disk: disk.name } });
  });
  return getImageTransfer(db, transferId);
}

async function diskProblems(tx: Tx, disk: Disk): Promise<string[]> {
  if (disk.status === "locked") return ["Disk is locked."];
  const problems = disk.status === "illegal" ? ["Disk is illegal."] : [];
  if (disk.templateIds.length > 0 || (await countVolumesOn(tx, disk.id)) > 0)
    problems.push("Other disks depend on the disk.");
  if ((await listLocks(tx, [`disk:${disk.id}`])).length > 0)
    problems.push("Related operation is currently in progress.");
  for (const vmId of disk.vmIds) {
    const vm = await getVm(tx, vmId);
    if (mayRun(vm.run.status)) problems.push(`VM ${vm.name} is running.`);
  }
  return problems;
}

async function storageHostOf(tx: Tx, disk: Disk) {
  const { dataCenterId } = await getStorageDomain(tx, disk.storageDomainId);
  const spmHostId = dataCenterId === undefined ? undefined : (await getDataCenter(tx, dataCenterId)).spmHostId;
  if (spmHostId === undefined)
    throw new OperationRefused("conflict", attempt, ["No Host manages the storage of the Data Center."]);
  return spmHostId;
}

import { mayRun } from "@yagura/lifecycles";
import type { DiskId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import {
  type DiskAttachmentChanges,
  getDiskAttachment,
  listDiskAttachments,
  updateDiskAttachment as writeDiskAttachment,
} from "../../db/queries/disk-attachments.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { DiskAttachment } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Virtual Disk.";

export interface DiskAttachmentUpdate {
  readonly vmId: VmId;
  readonly diskId: DiskId;
  readonly changes: Omit<DiskAttachmentChanges, "logicalName">;
}

export async function updateDiskAttachment(
  context: OpContext,
  { vmId, diskId, changes }: DiskAttachmentUpdate,
): Promise<DiskAttachment> {
  await context.authorize("configure_vm_storage", { type: "vm", id: vmId });
  return transaction(context.db, async (tx) => {
    const vm = await getVm(tx, vmId);
    await getDiskAttachment(tx, vmId, diskId);
    const others = (await listDiskAttachments(tx, { vmId })).filter((other) => other.diskId !== diskId);
    refuseIf(attempt, [
      ...(vm.run.status === "image_locked" ? ["VM is locked."] : []),
      ...(changes.isBootable === true && others.some((other) => other.isBootable)
        ? ["The VM already has a bootable disk."]
        : []),
    ]);
    refuseIf(attempt, mayRun(vm.run.status) ? ["A disk of a running VM cannot be changed yet."] : [], "unsupported");
    await writeDiskAttachment(tx, { vmId, diskId }, changes);
    await announce(tx, context.clock, { name: "vmUpdated", ...byActor(context), vm: subject(vm) });
    return getDiskAttachment(tx, vmId, diskId);
  });
}

import { mayRun } from "@yagura/lifecycles";
import type { DiskId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteDiskAttachment, getDiskAttachment } from "../../db/queries/disk-attachments.ts";
import { getDisk } from "../../db/queries/disks.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot detach Virtual Disk.";

/** Takes a disk from a VM; the disk itself stays. */
export async function detachDisk(
  context: OpContext,
  { vmId, diskId }: { readonly vmId: VmId; readonly diskId: DiskId },
): Promise<void> {
  await context.authorize("configure_vm_storage", { type: "vm", id: vmId });
  await transaction(context.db, async (tx) => {
    const vm = await getVm(tx, vmId);
    await getDiskAttachment(tx, vmId, diskId);
    const disk = await getDisk(tx, diskId);
    refuseIf(attempt, [
      ...(vm.run.status === "image_locked" ? ["VM is locked."] : []),
      ...(disk.status === "locked" ? ["Disk is locked."] : []),
    ]);
    refuseIf(attempt, mayRun(vm.run.status) ? ["A disk of a running VM cannot be detached yet."] : [], "unsupported");
    await deleteDiskAttachment(tx, vmId, diskId);
    await announce(tx, context.clock, {
      name: "diskDetached",
      ...byActor(context),
      vm: subject(vm),
      details: { disk: disk.name },
    });
  });
}

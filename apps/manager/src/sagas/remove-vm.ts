import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { deleteDiskAttachment } from "../db/queries/disk-attachments.ts";
import { deleteDisk, findDisk, updateDisk } from "../db/queries/disks.ts";
import { deleteVm, findVm, updateVmRun } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { Vm } from "../domain/vm/vm.ts";
import type { EventSubject } from "../events/record.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { deleteImage } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";

export interface RemoveVm {
  readonly vm: Vm;
  readonly dataCenterId: DataCenterId;
  /** Removed with it; its other disks stay, detached. */
  readonly disks: readonly Disk[];
  readonly user?: EventSubject;
}

/** Records that the VM and its disks are being removed: nobody uses them any more. */
export async function recordVmRemoval(tx: Tx, { vm, disks }: RemoveVm): Promise<void> {
  await updateVmRun(tx, vm.id, { status: "image_locked" });
  for (const disk of disks) await updateDisk(tx, disk.id, { status: "locked" });
}

/** Removes a VM and the given disks. A disk that cannot be deleted is left, detached and illegal. */
export const removeVm = saga<RemoveVm, SagaDeps>(
  "remove-vm",
  {
    [managerAwaited]: awaitStorageManager({
      isNeeded: ({ disks }) => disks.length > 0,
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findVm(tx, params.vm.id))?.run.status !== "image_locked") return;
          await updateVmRun(tx, params.vm.id, { status: params.vm.run.status });
          for (const { id, status } of params.disks) await updateDisk(tx, id, { status });
        }),
    }),
    "mark the VM as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordVmRemoval(tx, params)),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findVm(tx, params.vm.id)) === undefined) return;
          for (const disk of params.disks) {
            if ((await findDisk(tx, disk.id)) === undefined) continue;
            await deleteDiskAttachment(tx, params.vm.id, disk.id);
            await updateDisk(tx, disk.id, { status: "illegal" });
          }
          await updateVmRun(tx, params.vm.id, { status: "down" });
        }),
    },
    "delete the disks": {
      async run(input) {
        const { disks, dataCenterId } = input.params;
        for (const disk of disks) {
          await deleteImage(input, {
            dataCenterId,
            domainId: disk.storageDomainId,
            diskId: disk.id,
            wipe: disk.wipeAfterDelete,
          });
          await transaction(input.deps.db, (tx) => deleteDisk(tx, disk.id));
        }
      },
    },
    "forget the VM": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => deleteVm(tx, params.vm.id)),
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "vmRemoved",
      failed: "vmRemovalFailed",
      vm: { id: end.params.vm.id, name: end.params.vm.name },
    }),
);

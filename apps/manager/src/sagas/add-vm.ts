import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { ensureDiskAttachment } from "../db/queries/disk-attachments.ts";
import { deleteDisk, updateDisk } from "../db/queries/disks.ts";
import { ensureNic } from "../db/queries/nics.ts";
import { deleteVm, ensureVm, findVm, updateVmRun } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import type { DiskAttachment } from "../domain/disk/disk.ts";
import type { Nic } from "../domain/nic/nic.ts";
import type { Vm } from "../domain/vm/vm.ts";
import type { EventSubject } from "../events/record.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { type DiskPlan, ensureNoPlannedVolumes, ensurePlannedVolume, recordDisk } from "./create-disk.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";

export interface AddVm {
  readonly vm: Vm;
  readonly dataCenterId: DataCenterId;
  /** New disks, on top of the template's. */
  readonly disks: readonly { readonly plan: DiskPlan; readonly attachment: DiskAttachment }[];
  readonly nics: readonly Nic[];
  readonly user?: EventSubject;
}

/** Records the VM, locked, with its NICs and its disks. */
export async function recordVm(tx: Tx, { vm, disks, nics }: AddVm): Promise<void> {
  await ensureVm(tx, { ...vm, run: { ...vm.run, status: "image_locked" } });
  for (const { plan, attachment } of disks) {
    await recordDisk(tx, plan);
    await ensureDiskAttachment(tx, attachment);
  }
  for (const nic of nics) await ensureNic(tx, nic);
}

/** Makes a VM: thin disks on its template's, if it has any. */
export const addVm = saga<AddVm, SagaDeps>(
  "add-vm",
  {
    "record the VM as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordVm(tx, params)),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          for (const { plan } of params.disks) await deleteDisk(tx, plan.disk.id);
          await deleteVm(tx, params.vm.id);
        }),
    },
    [managerAwaited]: awaitStorageManager({ isNeeded: ({ disks }) => disks.length > 0 }),
    "create the disks": {
      async run(input) {
        for (const { plan } of input.params.disks) await ensurePlannedVolume(input, input.params.dataCenterId, plan);
      },
      undo: (input) =>
        ensureNoPlannedVolumes(
          input,
          input.params.dataCenterId,
          input.params.disks.map(({ plan }) => plan),
        ),
    },
    "unlock the VM and its disks": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findVm(tx, params.vm.id))?.run.status !== "image_locked") return;
          for (const { plan } of params.disks) await updateDisk(tx, plan.disk.id, { status: "ok" });
          await updateVmRun(tx, params.vm.id, { status: "down" });
        }),
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "vmAdditionFinished",
      failed: "vmAdditionFailed",
      vm: { id: end.params.vm.id, name: end.params.vm.name },
    }),
);

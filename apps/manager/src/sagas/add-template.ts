import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { deleteDisk, updateDisk } from "../db/queries/disks.ts";
import { ensureNic } from "../db/queries/nics.ts";
import {
  deleteTemplate,
  ensureTemplate,
  ensureTemplateDisk,
  findTemplate,
  updateTemplate,
} from "../db/queries/templates.ts";
import { updateVmRun } from "../db/queries/vms.ts";
import { updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk, TemplateDiskAttachment } from "../domain/disk/disk.ts";
import type { Nic } from "../domain/nic/nic.ts";
import type { Template } from "../domain/template/template.ts";
import type { Vm } from "../domain/vm/vm.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureTemplateCopy, readVolumeSizes } from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { type DiskPlan, ensureNoPlannedVolumes, recordDisk, volumeDescription } from "./create-disk.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { talkToStorageManager } from "./talk.ts";

export interface AddTemplate {
  readonly template: Template;
  readonly dataCenterId: DataCenterId;
  /** Each disk is a copy: of what a guest sees in the source, with everything below it. */
  readonly disks: readonly {
    readonly plan: DiskPlan;
    readonly source: Disk;
    readonly attachment: TemplateDiskAttachment;
  }[];
  readonly nics: readonly Nic[];
  /** The VM that it is made from; it is locked meanwhile. */
  readonly vm?: Pick<Vm, "id" | "name">;
  readonly user?: EventSubject;
}

export async function recordTemplate(tx: Tx, { template, disks, nics, vm }: AddTemplate): Promise<void> {
  await ensureTemplate(tx, { ...template, status: "locked" });
  for (const [position, { plan, source, attachment }] of disks.entries()) {
    await recordDisk(tx, plan);
    await ensureTemplateDisk(tx, attachment, position);
    await updateDisk(tx, source.id, { status: "locked" });
  }
  for (const nic of nics) await ensureNic(tx, nic);
  if (vm !== undefined) await updateVmRun(tx, vm.id, { status: "image_locked" });
}

async function unlockSources(tx: Tx, { disks, vm }: AddTemplate): Promise<void> {
  for (const { source } of disks) await updateDisk(tx, source.id, { status: "ok" });
  if (vm !== undefined) await updateVmRun(tx, vm.id, { status: "down" });
}

/** Makes a template: disks that nobody writes to any more, on which VMs can stand. */
export const addTemplate = saga<AddTemplate, SagaDeps>(
  "add-template",
  {
    "record the template as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordTemplate(tx, params)),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          await unlockSources(tx, params);
          for (const { plan } of params.disks) await deleteDisk(tx, plan.disk.id);
          await deleteTemplate(tx, params.template.id);
        }),
    },
    [managerAwaited]: awaitStorageManager(),
    "copy the disks": {
      async run(input) {
        const { disks, dataCenterId } = input.params;
        const talk = await talkToStorageManager(input, dataCenterId);
        for (const { plan, source } of disks) {
          const { disk, volume } = plan;
          const copy = { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: volume.id };
          await ensureTemplateCopy(talk, {
            from: { dataCenterId, domainId: source.storageDomainId, diskId: source.id, volumeId: source.volumeId },
            to: copy,
            format: volume.format,
            isSparse: volume.isSparse,
            description: volumeDescription(disk),
          });
          const sizes = await readVolumeSizes(talk, copy);
          await transaction(input.deps.db, async (tx) => {
            await updateVolume(tx, volume.id, sizes);
            await updateDisk(tx, disk.id, sizes);
          });
        }
      },
      undo: (input) =>
        ensureNoPlannedVolumes(
          input,
          input.params.dataCenterId,
          input.params.disks.map(({ plan }) => plan),
        ),
    },
    "unlock the template": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findTemplate(tx, params.template.id))?.status !== "locked") return;
          await unlockSources(tx, params);
          for (const { plan } of params.disks) await updateDisk(tx, plan.disk.id, { status: "ok" });
          await updateTemplate(tx, params.template.id, { status: "ok" });
        }),
    },
  },
  (tx, end) => {
    const { template, vm } = end.params;
    return announceEnd(tx, end, {
      succeeded: "templateCreated",
      failed: "templateCreationFailed",
      template: { id: template.id, name: template.name },
      ...(vm !== undefined && { vm: { id: vm.id, name: vm.name } }),
    });
  },
);

import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { deleteDisk, updateDisk } from "../db/queries/disks.ts";
import { deleteTemplate, findTemplate, updateTemplate } from "../db/queries/templates.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { Template } from "../domain/template/template.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { deleteImage } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";

export interface RemoveTemplate {
  readonly template: Template;
  /** None for a template without disks and cluster. */
  readonly dataCenterId?: DataCenterId;
  readonly disks: readonly Disk[];
  readonly user?: EventSubject;
}

/** Records that the template is being removed: no VM is made from it any more. */
export async function recordTemplateRemoval(tx: Tx, { template, disks }: RemoveTemplate): Promise<void> {
  await updateTemplate(tx, template.id, { status: "locked" });
  for (const disk of disks) await updateDisk(tx, disk.id, { status: "locked" });
}

/** Removes a template that no VM stands on, with its disks. One that is half removed is illegal, and can be removed again. */
export const removeTemplate = saga<RemoveTemplate, SagaDeps>("remove-template", {
  [managerAwaited]: awaitStorageManager({
    isNeeded: ({ disks }) => disks.length > 0,
    undo: ({ params, deps }) =>
      transaction(deps.db, async (tx) => {
        if ((await findTemplate(tx, params.template.id))?.status !== "locked") return;
        await updateTemplate(tx, params.template.id, { status: params.template.status });
        for (const { id, status } of params.disks) await updateDisk(tx, id, { status });
      }),
  }),
  "mark the template as locked": {
    run: ({ params, deps }) => transaction(deps.db, (tx) => recordTemplateRemoval(tx, params)),
    undo: ({ params, deps }) =>
      transaction(deps.db, async (tx) => {
        await updateTemplate(tx, params.template.id, { status: "illegal" });
        for (const disk of params.disks) await updateDisk(tx, disk.id, { status: "illegal" });
      }),
  },
  "delete the disks": {
    async run(input) {
      const { disks, dataCenterId } = input.params;
      if (dataCenterId === undefined) return;
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
  "forget the template": {
    run: ({ params: { template, user }, deps, correlationId }) =>
      transaction(deps.db, async (tx) => {
        if ((await findTemplate(tx, template.id)) === undefined) return;
        await deleteTemplate(tx, template.id);
        await announce(tx, deps.clock, {
          name: "templateRemoved",
          correlationId,
          ...(user !== undefined && { user }),
          template: { id: template.id, name: template.name },
        });
      }),
  },
});

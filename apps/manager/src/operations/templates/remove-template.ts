import { templateLifecycle } from "@yagura/lifecycles";
import type { TemplateId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { getTemplate, listTemplateDisks } from "../../db/queries/templates.ts";
import { listVms } from "../../db/queries/vms.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { blankTemplateId } from "../../domain/template/template.ts";
import { announce } from "../../events/announce.ts";
import { removeTemplate as definition, recordTemplateRemoval } from "../../sagas/remove-template.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";

const attempt = "Cannot delete Template.";

/** Only a template that no VM stands on. */
export async function removeTemplate(context: OpContext, templateId: TemplateId): Promise<Started> {
  await context.authorize("delete_template", { type: "template", id: templateId });
  refuseIf(attempt, templateId === blankTemplateId ? ["Blank Template cannot be deleted."] : []);
  const { db } = context;
  const template = await getTemplate(db, templateId);
  const cluster = template.clusterId === undefined ? undefined : await getCluster(db, template.clusterId);
  const disks = await listDisks(db, { ids: (await listTemplateDisks(db, { templateId })).map(({ diskId }) => diskId) });
  const params = {
    template,
    disks,
    ...(cluster !== undefined && { dataCenterId: cluster.dataCenterId }),
    ...userOf(context),
  };
  return startSaga(context, attempt, definition, params, {
    description: `Removing Template ${template.name}`,
    locks: [`template:${templateId}`, ...disks.map((disk) => `disk:${disk.id}` as const)],
    async prepare(tx) {
      const now = await getTemplate(tx, templateId);
      const users = await listVms(tx, { templateId });
      const names = users.map((vm) => vm.name).slice(0, 10);
      refuseIf(attempt, [
        ...(now.isDeleteProtected
          ? ["Delete protection is enabled. In order to delete, disable Delete protection first."]
          : []),
        ...(templateLifecycle.canHappen(now.status, "remove") ? [] : ["Template is locked."]),
        ...(users.length > 0 ? [`Template is being used by the following VMs: ${names.join(", ")}.`] : []),
        ...(await dependents(tx, disks)),
      ]);
      await recordTemplateRemoval(tx, params);
      await announce(tx, context.clock, {
        name: "templateRemovalStarted",
        ...byActor(context),
        template: subject(template),
      });
    },
  });
}

/** A VM may be gone, or made from nothing, and its disk stands on the template all the same. */
async function dependents(tx: Tx, disks: readonly Disk[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { id, name } of disks) {
    if ((await countVolumesOn(tx, id)) > 0) problems.push(`Other disks depend on the Template's disk ${name}.`);
  }
  return problems;
}

import type { TemplateId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteUnusedIcons } from "../../db/queries/icons.ts";
import { findTemplateByName, getTemplate, updateTemplate as writeTemplate } from "../../db/queries/templates.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { identifierProblems } from "../../domain/names.ts";
import { blankTemplateId, type Template } from "../../domain/template/template.ts";
import { hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { type AskedIcons, keepIcons, refuseIcons } from "../icons/plan-icons.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Template.";

export interface TemplateUpdate {
  readonly templateId: TemplateId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly hardware?: Partial<VmHardware>;
  readonly isDeleteProtected?: boolean;
  readonly icons?: AskedIcons;
}

export async function updateTemplate(
  context: OpContext,
  { templateId, hardware, icons, ...changes }: TemplateUpdate,
): Promise<Template> {
  await context.authorize("edit_template_properties", { type: "template", id: templateId });
  refuseIf(attempt, templateId === blankTemplateId ? ["The Blank Template cannot be edited."] : []);
  if (changes.name !== undefined) refuseIf(attempt, identifierProblems("template", changes.name), "invalid");
  refuseIcons(attempt, icons);
  return transaction(context.db, async (tx) => {
    const template = await getTemplate(tx, templateId);
    refuseIf(attempt, template.status === "locked" ? ["Template is locked."] : []);
    const namesake = changes.name === undefined ? undefined : await findTemplateByName(tx, changes.name);
    if (namesake !== undefined && namesake.id !== templateId) {
      refuseIf(attempt, ["The Template name is already in use."]);
    }
    const merged = hardware === undefined ? undefined : mergeHardware(template.hardware, hardware);
    if (merged !== undefined) refuseIf(attempt, hardwareProblems(merged), "invalid");
    const kept = await keepIcons(tx, attempt, icons);
    await writeTemplate(tx, templateId, { ...changes, ...kept, ...(merged !== undefined && { hardware: merged }) });
    if (icons !== undefined) await deleteUnusedIcons(tx);
    await announce(tx, context.clock, { name: "templateUpdated", ...byActor(context), template: subject(template) });
    return getTemplate(tx, templateId);
  });
}

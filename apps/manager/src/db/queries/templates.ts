import type { TemplateStatus } from "@yagura/lifecycles";
import type { ClusterId, DiskId, TemplateId, UserId } from "@yagura/std/ids.ts";
import type { DiskInterface, TemplateDiskAttachment } from "../../domain/disk/disk.ts";
import { NotFound } from "../../domain/errors.ts";
import type { IconId, OwnIcons } from "../../domain/icon/icon.ts";
import type { Template } from "../../domain/template/template.ts";
import type { VmType } from "../../domain/vm/vm.ts";
import { hardwareDefaults, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { TemplateRow } from "../schema.ts";
import { deleteUnusedIcons } from "./icons.ts";
import { deleteMarksOf } from "./marks.ts";
import { hardwareColumns } from "./search-columns.ts";

export async function findTemplate(db: Db, templateId: TemplateId): Promise<Template | undefined> {
  const row = await db.selectFrom("templates").selectAll().where("id", "=", templateId).executeTakeFirst();
  return row && toTemplate(row);
}

/** @throws NotFound */
export async function getTemplate(db: Db, templateId: TemplateId): Promise<Template> {
  const found = await findTemplate(db, templateId);
  if (found === undefined) throw new NotFound("template", templateId);
  return found;
}

export async function findTemplateByName(db: Db, name: string): Promise<Template | undefined> {
  const row = await db.selectFrom("templates").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toTemplate(row);
}

export async function listTemplates(
  db: Db,
  filter: { clusterId?: ClusterId; ids?: readonly TemplateId[] } = {},
): Promise<Template[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("templates").selectAll().orderBy("name").orderBy("id");
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  if (filter.clusterId !== undefined) query = query.where("clusterId", "=", filter.clusterId);
  return (await query.execute()).map(toTemplate);
}

/** Does nothing when it is there. */
export async function ensureTemplate(tx: Tx, template: Template): Promise<void> {
  await tx
    .insertInto("templates")
    .values({
      id: template.id,
      name: template.name,
      description: template.description,
      comment: template.comment,
      clusterId: template.clusterId ?? null,
      status: template.status,
      type: template.type,
      hardware: JSON.stringify(template.hardware),
      ...hardwareColumns(template.hardware),
      isDeleteProtected: toBit(template.isDeleteProtected),
      createdAtMs: template.createdAtMs,
      createdBy: template.createdBy ?? null,
      smallIconId: template.smallIconId ?? null,
      largeIconId: template.largeIconId ?? null,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export interface TemplateChanges extends OwnIcons {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly status?: TemplateStatus;
  readonly hardware?: VmHardware;
  readonly isDeleteProtected?: boolean;
}

export async function updateTemplate(
  tx: Tx,
  templateId: TemplateId,
  { hardware, isDeleteProtected, ...plain }: TemplateChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(hardware !== undefined && { hardware: JSON.stringify(hardware), ...hardwareColumns(hardware) }),
    ...(isDeleteProtected !== undefined && { isDeleteProtected: toBit(isDeleteProtected) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("templates").set(columns).where("id", "=", templateId).execute();
}

/** With its NICs and tags; its disks must have been deleted before. */
export async function deleteTemplate(tx: Tx, templateId: TemplateId): Promise<void> {
  await deleteMarksOf(tx, { type: "template", id: templateId });
  await tx.deleteFrom("nics").where("templateId", "=", templateId).execute();
  await tx.deleteFrom("templateDisks").where("templateId", "=", templateId).execute();
  await tx.deleteFrom("permissions").where("objectType", "=", "template").where("objectId", "=", templateId).execute();
  await tx.deleteFrom("templates").where("id", "=", templateId).execute();
  await deleteUnusedIcons(tx);
}

export async function listTemplateDisks(
  db: Db,
  filter: { templateId?: TemplateId; templateIds?: readonly TemplateId[]; diskId?: DiskId },
): Promise<TemplateDiskAttachment[]> {
  if (filter.templateIds?.length === 0) return [];
  let query = db.selectFrom("templateDisks").selectAll().orderBy("templateId").orderBy("position");
  if (filter.templateId !== undefined) query = query.where("templateId", "=", filter.templateId);
  if (filter.templateIds !== undefined) query = query.where("templateId", "in", filter.templateIds);
  if (filter.diskId !== undefined) query = query.where("diskId", "=", filter.diskId);
  return (await query.execute()).map((row) => ({
    templateId: row.templateId as TemplateId,
    diskId: row.diskId as DiskId,
    interface: row.interface as DiskInterface,
    isBootable: row.isBootable === 1,
  }));
}

/** Does nothing when it is there. */
export async function ensureTemplateDisk(
  tx: Tx,
  { templateId, diskId, interface: bus, isBootable }: TemplateDiskAttachment,
  position: number,
): Promise<void> {
  await tx
    .insertInto("templateDisks")
    .values({ templateId, diskId, interface: bus, isBootable: toBit(isBootable), position })
    .onConflict((conflict) => conflict.columns(["templateId", "diskId"]).doNothing())
    .execute();
}

function toTemplate(row: TemplateRow): Template {
  return {
    id: row.id as TemplateId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    ...optional("clusterId", row.clusterId as ClusterId | null),
    status: row.status as TemplateStatus,
    type: row.type as VmType,
    hardware: { ...hardwareDefaults, ...(JSON.parse(row.hardware) as Partial<VmHardware>) },
    isDeleteProtected: row.isDeleteProtected === 1,
    createdAtMs: row.createdAtMs,
    ...optional("createdBy", row.createdBy as UserId | null),
    ...optional("smallIconId", row.smallIconId as IconId | null),
    ...optional("largeIconId", row.largeIconId as IconId | null),
  };
}

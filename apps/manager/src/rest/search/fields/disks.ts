import { sql } from "kysely";
import { bit, bySight, constant, cross, names, nothing, number, type Searchable, text, time, word } from "../field.ts";
import { inDataCenter, storageFields, templateFields, vmFields } from "./crossings.ts";

const id = sql`disks.id`;
const ofVms = {
  key: id,
  from: sql`disk_attachments join vms on vms.id = disk_attachments.vm_id`,
  owner: sql`disk_attachments.disk_id`,
};

export const diskSearch: Searchable = {
  from: sql`disks`,
  id,
  order: sql`disks.name, disks.id`,
  visible: bySight("disk"),
  fields: {
    id: word(id),
    ...names(text(sql`disks.name`), "name", "alias"),
    description: text(sql`disks.description`),
    status: word(sql`disks.status`),
    ...names(number(sql`disks.capacity_bytes`), "provisioned_size", "size"),
    actual_size: number(sql`disks.actual_bytes`),
    creation_date: time(sql`disks.created_at_ms`),
    shareable: bit(sql`disks.is_shareable`),
    disk_type: constant("image"),
    disk_content_type: word(sql`disks.content_type`),
    allocation_policy: text(sql`(case when disks.is_sparse = 1 then 'thin' else 'preallocated' end)`),
    wipe_after_delete: bit(sql`disks.wipe_after_delete`),
    number_of_vms: number(sql`(select count(*) from disk_attachments where disk_attachments.disk_id = disks.id)`),
    vm_names: cross(text(sql`vms.name`), { ...ofVms, sees: "vm" }),
    ...vmFields(ofVms),
    ...templateFields({
      key: id,
      from: sql`template_disks join templates on templates.id = template_disks.template_id`,
      owner: sql`template_disks.disk_id`,
    }),
    ...storageFields({
      key: sql`disks.storage_domain_id`,
      from: sql`storage_domains`,
      owner: sql`storage_domains.id`,
    }),
    ...inDataCenter(
      sql`(select storage_domains.data_center_id from storage_domains where storage_domains.id = disks.storage_domain_id)`,
    ),
    // Not there yet.
    quota: nothing,
  },
};

import { sql } from "kysely";
import { bit, bySight, cross, number, type Searchable, text, time, word } from "../field.ts";
import { inDataCenter, templateFields, vmFields } from "./crossings.ts";

const id = sql`storage_domains.id`;

export const storageDomainSearch: Searchable = {
  from: sql`storage_domains`,
  id,
  order: sql`storage_domains.name, storage_domains.id`,
  visible: bySight("storage_domain"),
  fields: {
    id: word(id),
    name: text(sql`storage_domains.name`),
    description: text(sql`storage_domains.description`),
    comment: text(sql`storage_domains.comment`),
    status: word(sql`storage_domains.status`),
    type: word(sql`storage_domains.type`),
    ...inDataCenter(sql`storage_domains.data_center_id`),
    size: number(sql`coalesce(storage_domains.available_bytes, 0) + coalesce(storage_domains.used_bytes, 0)`),
    used: number(sql`storage_domains.used_bytes`),
    committed: number(
      sql`(select coalesce(sum(disks.capacity_bytes), 0) from disks where disks.storage_domain_id = storage_domains.id)`,
    ),
    wipe_after_delete: bit(sql`storage_domains.wipe_after_delete`),
    created: time(sql`storage_domains.created_at_ms`),
    "disks.name": cross(text(sql`disks.name`), {
      key: id,
      from: sql`disks`,
      owner: sql`disks.storage_domain_id`,
      sees: "disk",
    }),
    ...vmFields({
      key: id,
      from: sql`disks join disk_attachments on disk_attachments.disk_id = disks.id join vms on vms.id = disk_attachments.vm_id`,
      owner: sql`disks.storage_domain_id`,
    }),
    ...templateFields({
      key: id,
      from: sql`disks join template_disks on template_disks.disk_id = disks.id
        join templates on templates.id = template_disks.template_id`,
      owner: sql`disks.storage_domain_id`,
    }),
  },
};

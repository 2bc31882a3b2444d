import { sql } from "kysely";
import { bySight, constant, cross, names, nothing, number, type Searchable, text, time, word } from "../field.ts";
import { inCluster, storageFields, tagFields, vmFields } from "./crossings.ts";

const id = sql`templates.id`;

// Blank belongs to no data center: clients look for it as if it were in each (Ansible's ovirt_vm).
const dataCenter = cross(text(sql`data_centers.name`), {
  key: id,
  from: sql`(select t.id, c.data_center_id from templates t left join clusters c on c.id = t.cluster_id) as places
    join data_centers on places.data_center_id is null or data_centers.id = places.data_center_id`,
  owner: sql`places.id`,
  sees: "data_center",
});

export const templateSearch: Searchable = {
  from: sql`templates`,
  id,
  order: sql`templates.name, templates.id`,
  visible: bySight("template"),
  fields: {
    id: word(id),
    name: text(sql`templates.name`),
    description: text(sql`templates.description`),
    comment: text(sql`templates.comment`),
    status: word(sql`templates.status`),
    type: word(sql`templates.type`),
    ...inCluster(sql`templates.cluster_id`),
    ...names(dataCenter, "datacenter", "datacenter.name", "datacenters.name"),
    os: text(sql`templates.os_type`),
    memory: number(sql`templates.memory_bytes`),
    guaranteed_memory: number(sql`templates.memory_guaranteed_bytes`),
    vcpus: number(sql`templates.vcpu_count`),
    bios_type: word(sql`templates.bios_type`),
    architecture: constant("x86_64"),
    creationdate: time(sql`templates.created_at_ms`),
    created_by_user_id: word(sql`templates.created_by`),
    ...vmFields({ key: id, from: sql`vms`, owner: sql`vms.template_id` }),
    ...storageFields({
      key: id,
      from: sql`template_disks join disks on disks.id = template_disks.disk_id
        join storage_domains on storage_domains.id = disks.storage_domain_id`,
      owner: sql`template_disks.template_id`,
    }),
    ...tagFields("template", id),
    // Not there yet.
    quota: nothing,
  },
};

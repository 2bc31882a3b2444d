import { sql } from "kysely";
import {
  bit,
  bySight,
  constant,
  cross,
  names,
  nothing,
  notMeasured,
  number,
  type OwnField,
  type Searchable,
  text,
  time,
  word,
} from "../field.ts";
import { hostFields, inCluster, networkFields, storageFields, tagFields, templateFields } from "./crossings.ts";

const id = sql`vms.id`;
const ofRun = (own: OwnField) => cross(own, { key: id, from: sql`vm_runs`, owner: sql`vm_runs.vm_id` });
const ofGuest = (kind: "ip" | "user" | "app") =>
  cross(text(sql`guest_names.name`), {
    key: id,
    from: sql`(select vm_id, name from guest_names where kind = ${sql.lit(kind)}) as guest_names`,
    owner: sql`guest_names.vm_id`,
  });
const onHost = {
  key: id,
  from: sql`vm_runs join hosts on hosts.id = vm_runs.host_id`,
  owner: sql`vm_runs.vm_id`,
};
const attached = sql`disk_attachments join disks on disks.id = disk_attachments.disk_id`;
const plugged = sql`nics join vnic_profiles on vnic_profiles.id = nics.vnic_profile_id`;

export const vmSearch: Searchable = {
  from: sql`vms`,
  id,
  order: sql`vms.name, vms.id`,
  visible: bySight("vm"),
  fields: {
    id: word(id),
    name: text(sql`vms.name`),
    comment: text(sql`vms.comment`),
    description: text(sql`vms.description`),
    status: ofRun(word(sql`vm_runs.status`)),
    on_host: cross(text(sql`hosts.name`), { ...onHost, sees: "host" }),
    ...hostFields(onHost),
    ...inCluster(sql`vms.cluster_id`),
    ...templateFields({ key: sql`vms.template_id`, from: sql`templates`, owner: sql`templates.id` }),
    ...storageFields({
      key: id,
      from: sql`${attached} join storage_domains on storage_domains.id = disks.storage_domain_id`,
      owner: sql`disk_attachments.vm_id`,
    }),
    ...names(
      cross(text(sql`disks.name`), { key: id, from: attached, owner: sql`disk_attachments.vm_id`, sees: "disk" }),
      "disk.name",
      "disks.name",
    ),
    ...names(
      cross(text(sql`vnic_profiles.name`), { key: id, from: plugged, owner: sql`nics.vm_id`, sees: "vnic_profile" }),
      "vnicprofile.name",
      "vnicprofiles.name",
    ),
    ...networkFields({
      key: id,
      from: sql`${plugged} join networks on networks.id = vnic_profiles.network_id`,
      owner: sql`nics.vm_id`,
    }),
    // Who has a role on the VM itself.
    ...names(
      cross(text(sql`users.name`), {
        key: id,
        from: sql`permissions join users on users.id = permissions.principal_id and permissions.object_type = 'vm'`,
        owner: sql`permissions.object_id`,
        sees: "system",
      }),
      "user.name",
      "users.name",
      "users.usrname",
    ),
    ip: ofGuest("ip"),
    fqdn: ofRun(text(sql`vm_runs.guest_fqdn`)),
    loggedinuser: ofGuest("user"),
    apps: ofGuest("app"),
    uptime: ofRun(number(sql`vm_runs.elapsed_seconds`)),
    cpu_usage: ofRun(number(sql`vm_runs.cpu_used_percent`)),
    mem_usage: ofRun(number(sql`vm_runs.memory_used_percent`)),
    network_usage: notMeasured,
    os: text(sql`vms.os_type`),
    type: word(sql`vms.type`),
    memory: number(sql`vms.memory_bytes`),
    guaranteed_memory: number(sql`vms.memory_guaranteed_bytes`),
    vcpus: number(sql`vms.vcpu_count`),
    architecture: constant("x86_64"),
    bios_type: word(sql`vms.bios_type`),
    custom_emulated_machine: text(sql`vms.custom_emulated_machine`),
    custom_cpu_type: text(sql`vms.custom_cpu_model`),
    compatibility_level: cross(text(sql`clusters.compatibility_version`), {
      key: sql`vms.cluster_id`,
      from: sql`clusters`,
      owner: sql`clusters.id`,
    }),
    creationdate: time(sql`vms.created_at_ms`),
    created_by_user_id: word(sql`vms.created_by`),
    next_run_config_exists: bit(
      sql`(select case when vm_runs.hardware <> vms.hardware then 1 else 0 end from vm_runs where vm_runs.vm_id = vms.id)`,
    ),
    has_illegal_images: bit(
      sql`(case when exists (select 1 from ${attached} where disk_attachments.vm_id = vms.id and disks.status = 'illegal') then 1 else 0 end)`,
    ),
    ...tagFields("vm", id),
    // Not there yet: nothing is in one.
    pool: nothing,
    quota: nothing,
  },
};

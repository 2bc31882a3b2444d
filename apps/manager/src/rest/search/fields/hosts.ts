import { sql } from "kysely";
import { bySight, constant, cross, notMeasured, number, type Searchable, text, time, word } from "../field.ts";
import { inCluster, tagFields, vmFields } from "./crossings.ts";

const id = sql`hosts.id`;

export const hostSearch: Searchable = {
  from: sql`hosts`,
  id,
  order: sql`hosts.name, hosts.id`,
  visible: bySight("host"),
  fields: {
    id: word(id),
    name: text(sql`hosts.name`),
    comment: text(sql`hosts.comment`),
    description: text(sql`hosts.description`),
    address: text(sql`hosts.address`),
    status: word(sql`hosts.status`),
    external_status: constant("ok"),
    ...inCluster(sql`hosts.cluster_id`),
    ...vmFields({
      key: id,
      // The VMs' table may be joined to their runs once more: this one has another name.
      from: sql`(select vm_id, host_id from vm_runs) as running join vms on vms.id = running.vm_id`,
      owner: sql`running.host_id`,
    }),
    hw_id: text(sql`hosts.hardware_id`),
    memory: number(sql`hosts.memory_bytes`),
    cpus: number(sql`hosts.cpu_count`),
    cpu_model: text(sql`hosts.cpu_model`),
    cpu_speed: number(sql`hosts.cpu_speed_mhz`),
    version: text(sql`hosts.agent_version`),
    architecture: constant("x86_64"),
    type: constant("rhel"),
    ha_score: notMeasured,
    active_vms: number(sql`coalesce(hosts.active_vm_count, 0)`),
    migrating_vms: number(sql`coalesce(hosts.migrating_vm_count, 0)`),
    committed_mem: number(
      sql`(select coalesce(sum(vms.memory_bytes), 0) from vm_runs join vms on vms.id = vm_runs.vm_id where vm_runs.host_id = hosts.id)`,
    ),
    mem_usage: number(sql`hosts.memory_used_percent`),
    cpu_usage: number(sql`hosts.cpu_used_percent`),
    network_usage: notMeasured,
    load: number(sql`hosts.load_percent`),
    created: time(sql`hosts.created_at_ms`),
    spm_id: cross(word(sql`data_centers.spm_host_id`), {
      key: id,
      from: sql`data_centers`,
      owner: sql`data_centers.spm_host_id`,
      sees: "data_center",
    }),
    ...tagFields("host", id),
  },
};

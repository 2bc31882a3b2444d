import { sql } from "kysely";
import { names, number, type Searchable, text, time, word } from "../field.ts";

/** The newest first. Who may see events at all is asked before: they tell of everything. */
export const eventSearch: Searchable = {
  from: sql`events`,
  id: sql`events.id`,
  order: sql`events.id desc`,
  visible: () => sql`events.is_hidden = 0`,
  fields: {
    id: number(sql`events.id`),
    type: number(sql`events.code`),
    severity: word(sql`events.severity`),
    message: text(sql`events.description`),
    time: time(sql`events.time_ms`),
    correlation_id: text(sql`events.correlation_id`),
    origin: text(sql`events.origin`),
    custom_event_id: number(sql`events.custom_id`),
    ...names(text(sql`events.user_name`), "usrname", "user.name", "users.name"),
    ...names(text(sql`events.host_name`), "event_host", "host.name", "hosts.name"),
    ...names(text(sql`events.vm_name`), "event_vm", "vm.name", "vms.name"),
    ...names(text(sql`events.template_name`), "event_template", "template.name", "templates.name"),
    ...names(text(sql`events.storage_domain_name`), "event_storage", "storage.name", "storages.name"),
    ...names(text(sql`events.data_center_name`), "event_datacenter", "datacenter.name", "datacenters.name"),
    ...names(text(sql`events.cluster_name`), "cluster.name", "clusters.name"),
  },
};

import { sql } from "kysely";
import { bit, bySight, type Searchable, text, word } from "../field.ts";
import { clusterFields, hostFields, networkFields, storageFields, templateFields, vmFields } from "./crossings.ts";

const id = sql`data_centers.id`;
const members = (table: "hosts" | "vms" | "templates") => {
  const name = sql.table(table);
  return {
    key: id,
    from: sql`${name} join (select c.id, c.data_center_id from clusters c) as places on places.id = ${name}.cluster_id`,
    owner: sql`places.data_center_id`,
  };
};

export const dataCenterSearch: Searchable = {
  from: sql`data_centers`,
  id,
  order: sql`data_centers.name, data_centers.id`,
  visible: bySight("data_center"),
  fields: {
    id: word(id),
    name: text(sql`data_centers.name`),
    description: text(sql`data_centers.description`),
    comment: text(sql`data_centers.comment`),
    status: word(sql`data_centers.status`),
    local: bit(sql`data_centers.is_local`),
    compatibility_version: text(sql`data_centers.compatibility_version`),
    ...clusterFields({ key: id, from: sql`clusters`, owner: sql`clusters.data_center_id` }),
    ...storageFields({ key: id, from: sql`storage_domains`, owner: sql`storage_domains.data_center_id` }),
    ...networkFields({ key: id, from: sql`networks`, owner: sql`networks.data_center_id` }),
    ...hostFields(members("hosts")),
    ...vmFields(members("vms")),
    ...templateFields(members("templates")),
  },
};

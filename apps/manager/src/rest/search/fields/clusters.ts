import { sql } from "kysely";
import { bySight, constant, type Searchable, text, word } from "../field.ts";
import { hostFields, inDataCenter, networkFields, storageFields, templateFields, vmFields } from "./crossings.ts";

const id = sql`clusters.id`;

export const clusterSearch: Searchable = {
  from: sql`clusters`,
  id,
  order: sql`clusters.name, clusters.id`,
  visible: bySight("cluster"),
  fields: {
    id: word(id),
    name: text(sql`clusters.name`),
    description: text(sql`clusters.description`),
    comment: text(sql`clusters.comment`),
    ...inDataCenter(sql`clusters.data_center_id`),
    architecture: constant("x86_64"),
    cpu_type: text(sql`clusters.cpu_type`),
    compatibility_level: text(sql`clusters.compatibility_version`),
    bios_type: word(sql`clusters.bios_type`),
    ...hostFields({ key: id, from: sql`hosts`, owner: sql`hosts.cluster_id` }),
    ...vmFields({ key: id, from: sql`vms`, owner: sql`vms.cluster_id` }),
    ...templateFields({ key: id, from: sql`templates`, owner: sql`templates.cluster_id` }),
    ...networkFields({
      key: id,
      from: sql`cluster_networks join networks on networks.id = cluster_networks.network_id`,
      owner: sql`cluster_networks.cluster_id`,
    }),
    ...storageFields({
      key: sql`clusters.data_center_id`,
      from: sql`storage_domains`,
      owner: sql`storage_domains.data_center_id`,
    }),
  },
};

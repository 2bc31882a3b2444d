import { sql } from "kysely";
import { bit, bySight, cross, names, number, type Searchable, text, word } from "../field.ts";
import { clusterFields, inDataCenter } from "./crossings.ts";

const id = sql`networks.id`;

export const networkSearch: Searchable = {
  from: sql`networks`,
  id,
  order: sql`networks.name, networks.id`,
  visible: bySight("network"),
  fields: {
    id: word(id),
    name: text(sql`networks.name`),
    description: text(sql`networks.description`),
    comment: text(sql`networks.comment`),
    ...inDataCenter(sql`networks.data_center_id`),
    mtu: number(sql`networks.mtu_bytes`),
    vlanid: number(sql`networks.vlan_tag`),
    vm_network: bit(sql`networks.is_vm_network`),
    ...clusterFields({
      key: id,
      from: sql`cluster_networks join clusters on clusters.id = cluster_networks.cluster_id`,
      owner: sql`cluster_networks.network_id`,
    }),
    ...names(
      cross(text(sql`vnic_profiles.name`), {
        key: id,
        from: sql`vnic_profiles`,
        owner: sql`vnic_profiles.network_id`,
        sees: "vnic_profile",
      }),
      "vnicprofile.name",
      "vnicprofiles.name",
    ),
  },
};

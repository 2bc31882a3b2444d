import { sql } from "kysely";
import { bySight, type Searchable, text, word } from "../field.ts";
import { inDataCenter, networkFields } from "./crossings.ts";

const id = sql`vnic_profiles.id`;

/** Not a collection that v4 searches; the same words serve where somebody tries. */
export const vnicProfileSearch: Searchable = {
  from: sql`vnic_profiles`,
  id,
  order: sql`vnic_profiles.name, vnic_profiles.id`,
  visible: bySight("vnic_profile"),
  fields: {
    id: word(id),
    name: text(sql`vnic_profiles.name`),
    description: text(sql`vnic_profiles.description`),
    comment: text(sql`vnic_profiles.comment`),
    ...networkFields({ key: sql`vnic_profiles.network_id`, from: sql`networks`, owner: sql`networks.id` }),
    ...inDataCenter(sql`(select n.data_center_id from networks n where n.id = vnic_profiles.network_id)`),
  },
};

import { sql } from "kysely";
import type { Sql } from "../../../db/conditions.ts";
import { cross, type Fields, names, number, type OwnField, text, word } from "../field.ts";

// How kinds refer to each other, from a column that holds the id of the other one.

/** The cluster whose id is in `key`, and its data center. */
export function inCluster(key: Sql): Fields {
  const ofDataCenter = { key, from: sql`clusters join data_centers on data_centers.id = clusters.data_center_id` };
  const dataCenter = (own: OwnField) => cross(own, { ...ofDataCenter, owner: sql`clusters.id`, sees: "data_center" });
  return {
    ...clusterFields({ key, from: sql`clusters`, owner: sql`clusters.id` }),
    ...names(dataCenter(text(sql`data_centers.name`)), "datacenter", "datacenter.name", "datacenters.name"),
    ...names(dataCenter(word(sql`data_centers.status`)), "datacenter.status", "datacenters.status"),
  };
}

export function inDataCenter(key: Sql): Fields {
  const of = (own: OwnField) =>
    cross(own, { key, from: sql`data_centers`, owner: sql`data_centers.id`, sees: "data_center" });
  return {
    ...names(of(text(sql`data_centers.name`)), "datacenter", "datacenter.name", "datacenters.name"),
    ...names(of(word(sql`data_centers.status`)), "datacenter.status", "datacenters.status"),
  };
}

/** Rows of other tables in which the object is found: how it is found there. */
export interface Way {
  readonly key: Sql;
  readonly from: Sql;
  readonly owner: Sql;
}

export function clusterFields(way: Way): Fields {
  const name = cross(text(sql`clusters.name`), { ...way, sees: "cluster" });
  return names(name, "cluster", "cluster.name", "clusters.name");
}

export function hostFields(way: Way): Fields {
  const of = (own: OwnField) => cross(own, { ...way, sees: "host" });
  return {
    ...names(of(text(sql`hosts.name`)), "host.name", "hosts.name"),
    ...names(of(text(sql`hosts.address`)), "host.address", "hosts.address"),
    ...names(of(word(sql`hosts.status`)), "host.status", "hosts.status"),
  };
}

/** `way.from` has `vms`; its runs are joined here. */
export function vmFields({ key, from, owner }: Way): Fields {
  const of = (own: OwnField) => cross(own, { key, from, owner, sees: "vm" });
  const withRuns = sql`${from} join vm_runs on vm_runs.vm_id = vms.id`;
  const status = cross(word(sql`vm_runs.status`), { key, from: withRuns, owner, sees: "vm" });
  return {
    ...names(of(text(sql`vms.name`)), "vm.name", "vms.name"),
    ...names(of(word(sql`vms.id`)), "vm.id", "vms.id"),
    ...names(of(text(sql`vms.description`)), "vm.description", "vms.description"),
    ...names(of(text(sql`vms.comment`)), "vm.comment", "vms.comment"),
    ...names(of(number(sql`vms.memory_bytes`)), "vm.memory", "vms.memory"),
    ...names(status, "vm.status", "vms.status"),
  };
}

export function storageFields(way: Way): Fields {
  const of = (own: OwnField) => cross(own, { ...way, sees: "storage_domain" });
  return {
    ...names(of(text(sql`storage_domains.name`)), "storage.name", "storages.name", "storagedomain.name"),
    ...names(of(word(sql`storage_domains.status`)), "storage.status", "storages.status"),
    ...names(of(word(sql`storage_domains.id`)), "storage.id", "storages.id"),
  };
}

export function templateFields(way: Way): Fields {
  const of = (own: OwnField) => cross(own, { ...way, sees: "template" });
  return {
    ...names(of(text(sql`templates.name`)), "template.name", "templates.name"),
    ...names(of(word(sql`templates.status`)), "template.status", "templates.status"),
  };
}

export function networkFields(way: Way): Fields {
  const name = cross(text(sql`networks.name`), { ...way, sees: "network" });
  return names(name, "network.name", "networks.name");
}

/** The tags that something bears, and those above them: what bears "rack1" is found by the "tokyo" that it stands below. */
export function tagFields(objectType: "vm" | "host" | "user" | "group" | "template", key: Sql): Fields {
  const tag = cross(text(sql`tags.name`), {
    key,
    from: sql`(with recursive above (tag_id, name, parent_id) as (
        select id, name, parent_id from tags
        union all select above.tag_id, tags.name, tags.parent_id from above join tags on tags.id = above.parent_id)
      select assigned.object_id, above.name from tag_assignments assigned join above on above.tag_id = assigned.tag_id
      where assigned.object_type = ${sql.lit(objectType)}) as tags`,
    owner: sql`tags.object_id`,
  });
  return names(tag, "tag", "tag.name", "tags.name");
}

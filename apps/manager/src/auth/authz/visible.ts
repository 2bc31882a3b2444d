import { type RawBuilder, sql } from "kysely";
import { anyOf, type Condition, isOneOf } from "../../db/conditions.ts";
import { blankTemplateId } from "../../domain/template/template.ts";
import type { ObjectType } from "../../domain/user/user.ts";
import type { Sight } from "./policy.ts";

/** Kinds of objects of which the database can tell who sees them. */
export type SightedType = Exclude<ObjectType, "system" | "mac_pool">;

/**
 * Whether somebody sees a row of the table of a kind: what `decideAccess` says of the chain that `loadObjectChain` finds,
 * as a condition. A test holds it against both. `undefined`: he sees all of them.
 */
export function visible(type: SightedType, sight: Sight): Condition | undefined {
  if (sight.isWhole) return undefined;
  const [itself, within] = [sight.itself.get(type) ?? [], reached[type](sight)];
  const blank: Condition[] = type === "template" ? [sql`templates.id = ${blankTemplateId}`] : [];
  return anyOf([isOneOf(columns[type], itself), within, ...blank]);
}

const columns: Readonly<Record<SightedType, RawBuilder<string>>> = {
  data_center: sql`data_centers.id`,
  cluster: sql`clusters.id`,
  host: sql`hosts.id`,
  storage_domain: sql`storage_domains.id`,
  disk: sql`disks.id`,
  template: sql`templates.id`,
  vm: sql`vms.id`,
  network: sql`networks.id`,
  vnic_profile: sql`vnic_profiles.id`,
};

type Reach = (sight: Sight) => Condition;

/** Whether it is, or is in, something in which he sees everything. */
const reached: Readonly<Record<SightedType, Reach>> = {
  data_center: (sight) => within(sight, "data_center", sql`data_centers.id`),
  cluster: (sight) =>
    anyOf([within(sight, "cluster", sql`clusters.id`), inDataCenter(sight, sql`clusters.data_center_id`)]),
  host: (sight) => anyOf([within(sight, "host", sql`hosts.id`), inCluster(sight, sql`hosts.cluster_id`)]),
  storage_domain: (sight) =>
    anyOf([
      within(sight, "storage_domain", sql`storage_domains.id`),
      inDataCenter(sight, sql`storage_domains.data_center_id`),
    ]),
  template: (sight) =>
    anyOf([within(sight, "template", sql`templates.id`), inCluster(sight, sql`templates.cluster_id`)]),
  vm: (sight) => anyOf([within(sight, "vm", sql`vms.id`), inCluster(sight, sql`vms.cluster_id`)]),
  network: (sight) =>
    anyOf([within(sight, "network", sql`networks.id`), inDataCenter(sight, sql`networks.data_center_id`)]),
  vnic_profile: (sight) =>
    anyOf([
      within(sight, "vnic_profile", sql`vnic_profiles.id`),
      sql`vnic_profiles.network_id in (select networks.id from networks where ${reached.network(sight)})`,
    ]),
  // Whoever has rights on a VM has them on its disks; likewise for templates and the storage domain.
  disk: (sight) =>
    anyOf([
      within(sight, "disk", sql`disks.id`),
      sql`disks.storage_domain_id in (select storage_domains.id from storage_domains where ${reached.storage_domain(sight)})`,
      sql`disks.id in (select disk_attachments.disk_id from disk_attachments join vms on vms.id = disk_attachments.vm_id
        where ${reached.vm(sight)})`,
      sql`disks.id in (select template_disks.disk_id from template_disks join templates on templates.id = template_disks.template_id
        where ${reached.template(sight)})`,
    ]),
};

function within(sight: Sight, type: ObjectType, column: RawBuilder<string>): Condition {
  return anyOf([isOneOf(column, sight.within.get(type) ?? [])]);
}

function inDataCenter(sight: Sight, column: RawBuilder<string>): Condition {
  return within(sight, "data_center", column);
}

function inCluster(sight: Sight, column: RawBuilder<string>): Condition {
  const inDataCenters = isOneOf(sql`clusters.data_center_id`, sight.within.get("data_center") ?? []);
  return anyOf([
    within(sight, "cluster", column),
    inDataCenters && sql`${column} in (select clusters.id from clusters where ${inDataCenters})`,
  ]);
}

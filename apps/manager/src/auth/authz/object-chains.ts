import { sql } from "kysely";
import { isOneOf } from "../../db/conditions.ts";
import type { Db } from "../../db/database.ts";
import { type ObjectRef, type ObjectType, systemObject } from "../../domain/user/user.ts";

/** Kinds that are in a cluster, or are one. */
export type ClusteredType = "vm" | "host" | "template" | "cluster";

const places: Readonly<Record<ClusteredType, { readonly table: string; readonly cluster: string }>> = {
  vm: { table: "vms", cluster: "cluster_id" },
  host: { table: "hosts", cluster: "cluster_id" },
  template: { table: "templates", cluster: "cluster_id" },
  cluster: { table: "clusters", cluster: "id" },
};

export function isClustered(type: ObjectType): type is ClusteredType {
  return Object.hasOwn(places, type);
}

/** What `loadObjectChain` finds for each of these, in one query. What is not there has none. */
export async function loadObjectChains(
  db: Db,
  type: ClusteredType,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ObjectRef[]>> {
  if (ids.length === 0) return new Map();
  const { table, cluster } = places[type];
  const query = sql<{ id: string; clusterId: string | null; dataCenterId: string | null }>`
    select items.id as id, clusters.id as "clusterId", clusters.data_center_id as "dataCenterId"
    from ${sql.table(table)} as items left join clusters on clusters.id = items.${sql.ref(cluster)}
    where ${isOneOf(sql`items.id`, ids)}`;
  const { rows } = await query.execute(db);
  return new Map(rows.map(({ id, clusterId, dataCenterId }) => [id, chainOf({ type, id }, clusterId, dataCenterId)]));
}

function chainOf(object: ObjectRef, clusterId: string | null, dataCenterId: string | null): readonly ObjectRef[] {
  const above: ObjectRef[] = [];
  if (clusterId !== null && object.type !== "cluster") above.push({ type: "cluster", id: clusterId });
  if (dataCenterId !== null) above.push({ type: "data_center", id: dataCenterId });
  return [object, ...above, systemObject];
}

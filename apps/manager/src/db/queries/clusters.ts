import type { ClusterId, DataCenterId } from "@yagura/std/ids.ts";
import type { BiosType, Cluster } from "../../domain/cluster/cluster.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { NotFound } from "../../domain/errors.ts";
import { firstProfile } from "../../domain/profile/profile.ts";
import { definedOnly } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { ClusterRow } from "../schema.ts";
import { ensureProfile } from "./profiles.ts";

export async function findCluster(db: Db, clusterId: ClusterId): Promise<Cluster | undefined> {
  const row = await db.selectFrom("clusters").selectAll().where("id", "=", clusterId).executeTakeFirst();
  return row && toCluster(row);
}

/** @throws NotFound */
export async function getCluster(db: Db, clusterId: ClusterId): Promise<Cluster> {
  const found = await findCluster(db, clusterId);
  if (found === undefined) throw new NotFound("cluster", clusterId);
  return found;
}

export async function findClusterByName(db: Db, name: string): Promise<Cluster | undefined> {
  const row = await db.selectFrom("clusters").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toCluster(row);
}

export async function listClusters(
  db: Db,
  filter: { dataCenterId?: DataCenterId; macPoolId?: MacPoolId } = {},
): Promise<Cluster[]> {
  let query = db.selectFrom("clusters").selectAll().orderBy("name");
  if (filter.dataCenterId !== undefined) query = query.where("dataCenterId", "=", filter.dataCenterId);
  if (filter.macPoolId !== undefined) query = query.where("macPoolId", "=", filter.macPoolId);
  return (await query.execute()).map(toCluster);
}

/** With its first CPU profile. */
export async function insertCluster(tx: Tx, cluster: Cluster): Promise<void> {
  await tx.insertInto("clusters").values(cluster).execute();
  await ensureProfile(tx, firstProfile("cpu", cluster));
}

export interface ClusterChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly cpuType?: string;
  readonly compatibilityVersion?: string;
  readonly biosType?: BiosType;
  readonly macPoolId?: MacPoolId;
}

export async function updateCluster(tx: Tx, clusterId: ClusterId, changes: ClusterChanges): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("clusters").set(columns).where("id", "=", clusterId).execute();
}

/** Also what only belongs to it: its networks' uses, its CPU profiles, and limits of quotas for it. */
export async function deleteCluster(tx: Tx, clusterId: ClusterId): Promise<void> {
  await tx.deleteFrom("clusterNetworks").where("clusterId", "=", clusterId).execute();
  await tx.deleteFrom("cpuProfiles").where("clusterId", "=", clusterId).execute();
  await tx.deleteFrom("quotaClusterLimits").where("clusterId", "=", clusterId).execute();
  await tx.deleteFrom("clusters").where("id", "=", clusterId).execute();
}

function toCluster(row: ClusterRow): Cluster {
  return {
    id: row.id as ClusterId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    dataCenterId: row.dataCenterId as DataCenterId,
    architecture: "x86_64",
    cpuType: row.cpuType,
    compatibilityVersion: row.compatibilityVersion,
    biosType: row.biosType as BiosType,
    macPoolId: row.macPoolId as MacPoolId,
  };
}

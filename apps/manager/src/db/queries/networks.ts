import type { ClusterId, DataCenterId, NetworkId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { ClusterNetwork, Network, NetworkUsage } from "../../domain/network/network.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { ClusterNetworkRow, NetworkRow } from "../schema.ts";

export async function findNetwork(db: Db, networkId: NetworkId): Promise<Network | undefined> {
  const row = await db.selectFrom("networks").selectAll().where("id", "=", networkId).executeTakeFirst();
  return row && toNetwork(row);
}

/** @throws NotFound */
export async function getNetwork(db: Db, networkId: NetworkId): Promise<Network> {
  const found = await findNetwork(db, networkId);
  if (found === undefined) throw new NotFound("network", networkId);
  return found;
}

export async function listNetworks(db: Db, filter: { dataCenterId?: DataCenterId } = {}): Promise<Network[]> {
  let query = db.selectFrom("networks").selectAll().orderBy("name");
  if (filter.dataCenterId !== undefined) query = query.where("dataCenterId", "=", filter.dataCenterId);
  return (await query.execute()).map(toNetwork);
}

export async function listClusterNetworks(
  db: Db,
  filter: { clusterId?: ClusterId; networkId?: NetworkId } = {},
): Promise<ClusterNetwork[]> {
  let query = db.selectFrom("clusterNetworks").selectAll();
  if (filter.clusterId !== undefined) query = query.where("clusterId", "=", filter.clusterId);
  if (filter.networkId !== undefined) query = query.where("networkId", "=", filter.networkId);
  return (await query.execute()).map(toClusterNetwork);
}

export async function insertNetwork(tx: Tx, network: Network): Promise<void> {
  await tx
    .insertInto("networks")
    .values({
      ...network,
      vlanTag: network.vlanTag ?? null,
      isVmNetwork: toBit(network.isVmNetwork),
      hasStp: toBit(network.hasStp),
      isPortIsolated: toBit(network.isPortIsolated),
      nameServers: JSON.stringify(network.nameServers),
      label: network.label ?? null,
      qosId: network.qosId ?? null,
    })
    .execute();
}

export interface NetworkChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly vlanTag?: number | null;
  readonly mtuBytes?: number;
  readonly isVmNetwork?: boolean;
  readonly vdsmName?: string;
  readonly hasStp?: boolean;
  readonly nameServers?: readonly string[];
  readonly label?: string | null;
  readonly qosId?: QosId | null;
}

export async function updateNetwork(
  tx: Tx,
  networkId: NetworkId,
  { isVmNetwork, hasStp, nameServers, ...plain }: NetworkChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(isVmNetwork !== undefined && { isVmNetwork: toBit(isVmNetwork) }),
    ...(hasStp !== undefined && { hasStp: toBit(hasStp) }),
    ...(nameServers !== undefined && { nameServers: JSON.stringify(nameServers) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("networks").set(columns).where("id", "=", networkId).execute();
}

export async function insertClusterNetwork(tx: Tx, { isRequired, usages, ...ids }: ClusterNetwork): Promise<void> {
  await tx
    .insertInto("clusterNetworks")
    .values({ ...ids, isRequired: toBit(isRequired), usages: JSON.stringify(usages) })
    .execute();
}

export async function updateClusterNetwork(
  tx: Tx,
  { clusterId, networkId, isRequired, usages }: ClusterNetwork,
): Promise<void> {
  await tx
    .updateTable("clusterNetworks")
    .set({ isRequired: toBit(isRequired), usages: JSON.stringify(usages) })
    .where("clusterId", "=", clusterId)
    .where("networkId", "=", networkId)
    .execute();
}

export async function deleteClusterNetwork(
  tx: Tx,
  { clusterId, networkId }: Pick<ClusterNetwork, "clusterId" | "networkId">,
): Promise<void> {
  await tx
    .deleteFrom("clusterNetworks")
    .where("clusterId", "=", clusterId)
    .where("networkId", "=", networkId)
    .execute();
}

/** Also its profiles and its place in clusters. */
export async function deleteNetwork(tx: Tx, networkId: NetworkId): Promise<void> {
  await tx.deleteFrom("vnicProfiles").where("networkId", "=", networkId).execute();
  await tx.deleteFrom("clusterNetworks").where("networkId", "=", networkId).execute();
  await tx.deleteFrom("networks").where("id", "=", networkId).execute();
}

function toNetwork(row: NetworkRow): Network {
  return {
    id: row.id as NetworkId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    dataCenterId: row.dataCenterId as DataCenterId,
    ...optional("vlanTag", row.vlanTag),
    mtuBytes: row.mtuBytes,
    isVmNetwork: row.isVmNetwork === 1,
    vdsmName: row.vdsmName,
    hasStp: row.hasStp === 1,
    isPortIsolated: row.isPortIsolated === 1,
    nameServers: JSON.parse(row.nameServers) as string[],
    ...optional("label", row.label),
    ...optional("qosId", row.qosId as QosId | null),
  };
}

function toClusterNetwork(row: ClusterNetworkRow): ClusterNetwork {
  return {
    clusterId: row.clusterId as ClusterId,
    networkId: row.networkId as NetworkId,
    isRequired: row.isRequired === 1,
    usages: JSON.parse(row.usages) as NetworkUsage[],
  };
}

import type { HostStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Host, HostFacts, HostStatistics } from "../../domain/host/host.ts";
import { definedOnly, formatDocument, optional, parseDocument } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { HostRow } from "../schema.ts";
import { deleteMarksOf } from "./marks.ts";
import { hostFactsColumns, hostStatisticsColumns } from "./search-columns.ts";

export async function findHost(db: Db, hostId: HostId): Promise<Host | undefined> {
  const row = await db.selectFrom("hosts").selectAll().where("id", "=", hostId).executeTakeFirst();
  return row && toHost(row);
}

/** @throws NotFound */
export async function getHost(db: Db, hostId: HostId): Promise<Host> {
  const found = await findHost(db, hostId);
  if (found === undefined) throw new NotFound("host", hostId);
  return found;
}

export async function findHostByName(db: Db, name: string): Promise<Host | undefined> {
  const row = await db.selectFrom("hosts").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toHost(row);
}

export async function listHosts(
  db: Db,
  filter: { clusterId?: ClusterId; ids?: readonly HostId[] } = {},
): Promise<Host[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("hosts").selectAll().orderBy("name");
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  if (filter.clusterId !== undefined) query = query.where("clusterId", "=", filter.clusterId);
  return (await query.execute()).map(toHost);
}

export async function insertHost(tx: Tx, host: Host): Promise<void> {
  await tx
    .insertInto("hosts")
    .values({
      id: host.id,
      name: host.name,
      description: host.description,
      comment: host.comment,
      address: host.address,
      port: host.port,
      clusterId: host.clusterId,
      status: host.status,
      statusReason: host.statusReason ?? null,
      hardwareId: host.hardwareId ?? null,
      keyFingerprint: host.keyFingerprint ?? null,
      certificateSubject: host.certificateSubject ?? null,
      spmPriority: host.spmPriority,
      poolNumber: host.poolNumber,
      createdAtMs: host.createdAtMs,
      facts: formatDocument(host.facts),
      statistics: formatDocument(host.statistics),
      ...hostFactsColumns(host.facts),
      ...hostStatisticsColumns(host.statistics),
      lastSeenAtMs: host.lastSeenAtMs ?? null,
    })
    .execute();
}

/** The smallest number from 1 to 250 that no host has: a host keeps its number for life. `undefined` when all are taken. */
export async function findFreePoolNumber(tx: Tx): Promise<number | undefined> {
  const taken = new Set((await tx.selectFrom("hosts").select("poolNumber").execute()).map((row) => row.poolNumber));
  for (let number = 1; number <= 250; number++) if (!taken.has(number)) return number;
  return undefined;
}

export interface HostChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly address?: string;
  readonly port?: number;
  readonly clusterId?: ClusterId;
  readonly status?: HostStatus;
  readonly statusReason?: string | null;
  readonly hardwareId?: string;
  readonly keyFingerprint?: string;
  readonly certificateSubject?: string;
  readonly spmPriority?: number;
  readonly facts?: HostFacts;
  readonly statistics?: HostStatistics;
  readonly lastSeenAtMs?: number;
}

export async function updateHost(tx: Tx, hostId: HostId, { facts, statistics, ...plain }: HostChanges): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(facts !== undefined && { facts: JSON.stringify(facts), ...hostFactsColumns(facts) }),
    ...(statistics !== undefined && { statistics: JSON.stringify(statistics), ...hostStatisticsColumns(statistics) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("hosts").set(columns).where("id", "=", hostId).execute();
}

export async function deleteHost(tx: Tx, hostId: HostId): Promise<void> {
  await deleteMarksOf(tx, { type: "host", id: hostId });
  await tx.deleteFrom("hosts").where("id", "=", hostId).execute();
}

function toHost(row: HostRow): Host {
  return {
    id: row.id as HostId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    address: row.address,
    port: row.port,
    clusterId: row.clusterId as ClusterId,
    status: row.status as HostStatus,
    ...optional("statusReason", row.statusReason),
    ...optional("hardwareId", row.hardwareId),
    ...optional("keyFingerprint", row.keyFingerprint),
    ...optional("certificateSubject", row.certificateSubject),
    spmPriority: row.spmPriority,
    poolNumber: row.poolNumber,
    createdAtMs: row.createdAtMs,
    ...optional("facts", parseDocument<HostFacts>(row.facts)),
    ...optional("statistics", parseDocument<HostStatistics>(row.statistics)),
    ...optional("lastSeenAtMs", row.lastSeenAtMs),
  };
}

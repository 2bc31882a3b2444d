import type { DataCenterId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Qos, QosId, QosLimits, QosType } from "../../domain/qos/qos.ts";
import { definedOnly } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { QosRow } from "../schema.ts";

/** @throws NotFound */
export async function getQos(db: Db, qosId: QosId): Promise<Qos> {
  const row = await db.selectFrom("qoss").selectAll().where("id", "=", qosId).executeTakeFirst();
  if (row === undefined) throw new NotFound("qos", qosId);
  return toQos(row);
}

export async function listQoss(db: Db, filter: { dataCenterId?: DataCenterId } = {}): Promise<Qos[]> {
  let query = db.selectFrom("qoss").selectAll().orderBy("name").orderBy("id");
  if (filter.dataCenterId !== undefined) query = query.where("dataCenterId", "=", filter.dataCenterId);
  return (await query.execute()).map(toQos);
}

export async function insertQos(tx: Tx, { limits, ...qos }: Qos): Promise<void> {
  await tx
    .insertInto("qoss")
    .values({ ...qos, limits: JSON.stringify(limits) })
    .execute();
}

export async function updateQos(
  tx: Tx,
  qosId: QosId,
  { limits, ...texts }: Partial<Pick<Qos, "name" | "description" | "limits">>,
): Promise<void> {
  const columns = { ...definedOnly(texts), ...(limits !== undefined && { limits: JSON.stringify(limits) }) };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("qoss").set(columns).where("id", "=", qosId).execute();
}

/** What it limited is unlimited then. */
export async function deleteQos(tx: Tx, qosId: QosId): Promise<void> {
  for (const table of ["networks", "vnicProfiles", "cpuProfiles", "diskProfiles"] as const) {
    await tx.updateTable(table).set({ qosId: null }).where("qosId", "=", qosId).execute();
  }
  await tx.deleteFrom("qoss").where("id", "=", qosId).execute();
}

function toQos(row: QosRow): Qos {
  return {
    id: row.id as QosId,
    name: row.name,
    description: row.description,
    dataCenterId: row.dataCenterId as DataCenterId,
    type: row.type as QosType,
    limits: JSON.parse(row.limits) as QosLimits,
  };
}

import type { DataCenterId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Quota, QuotaId } from "../../domain/quota/quota.ts";
import { definedOnly, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { QuotaRow } from "../schema.ts";

/** @throws NotFound */
export async function getQuota(db: Db, quotaId: QuotaId): Promise<Quota> {
  const row = await db.selectFrom("quotas").selectAll().where("id", "=", quotaId).executeTakeFirst();
  if (row === undefined) throw new NotFound("quota", quotaId);
  return toQuota(row);
}

export async function listQuotas(db: Db, filter: { dataCenterId?: DataCenterId } = {}): Promise<Quota[]> {
  let query = db.selectFrom("quotas").selectAll().orderBy("name").orderBy("id");
  if (filter.dataCenterId !== undefined) query = query.where("dataCenterId", "=", filter.dataCenterId);
  return (await query.execute()).map(toQuota);
}

export async function insertQuota(tx: Tx, quota: Quota): Promise<void> {
  await tx
    .insertInto("quotas")
    .values({ ...quota, isDefault: toBit(quota.isDefault) })
    .execute();
}

export type QuotaChanges = Partial<Omit<Quota, "id" | "dataCenterId" | "isDefault">>;

export async function updateQuota(tx: Tx, quotaId: QuotaId, changes: QuotaChanges): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("quotas").set(columns).where("id", "=", quotaId).execute();
}

/** With its limits. */
export async function deleteQuota(tx: Tx, quotaId: QuotaId): Promise<void> {
  await tx.deleteFrom("quotaClusterLimits").where("quotaId", "=", quotaId).execute();
  await tx.deleteFrom("quotaStorageLimits").where("quotaId", "=", quotaId).execute();
  await tx.deleteFrom("quotas").where("id", "=", quotaId).execute();
}

function toQuota({ id, dataCenterId, isDefault, ...row }: QuotaRow): Quota {
  return { ...row, id: id as QuotaId, dataCenterId: dataCenterId as DataCenterId, isDefault: isDefault === 1 };
}

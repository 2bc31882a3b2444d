import type { ClusterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { QuotaClusterLimit, QuotaId, QuotaLimitId, QuotaStorageLimit } from "../../domain/quota/quota.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { QuotaClusterLimitRow, QuotaStorageLimitRow } from "../schema.ts";

export async function listClusterLimits(db: Db, quotaId: QuotaId): Promise<QuotaClusterLimit[]> {
  const query = db.selectFrom("quotaClusterLimits").selectAll().where("quotaId", "=", quotaId).orderBy("id");
  return (await query.execute()).map(toClusterLimit);
}

export async function listStorageLimits(db: Db, quotaId: QuotaId): Promise<QuotaStorageLimit[]> {
  const query = db.selectFrom("quotaStorageLimits").selectAll().where("quotaId", "=", quotaId).orderBy("id");
  return (await query.execute()).map(toStorageLimit);
}

export async function insertClusterLimit(tx: Tx, limit: QuotaClusterLimit): Promise<void> {
  const { id, quotaId, clusterId = null, vcpuLimit = null, memoryLimitBytes = null } = limit;
  await tx.insertInto("quotaClusterLimits").values({ id, quotaId, clusterId, vcpuLimit, memoryLimitBytes }).execute();
}

export async function insertStorageLimit(tx: Tx, limit: QuotaStorageLimit): Promise<void> {
  const { id, quotaId, storageDomainId = null, limitBytes = null } = limit;
  await tx.insertInto("quotaStorageLimits").values({ id, quotaId, storageDomainId, limitBytes }).execute();
}

export async function deleteQuotaLimit(tx: Tx, id: QuotaLimitId): Promise<void> {
  await tx.deleteFrom("quotaClusterLimits").where("id", "=", id).execute();
  await tx.deleteFrom("quotaStorageLimits").where("id", "=", id).execute();
}

function toClusterLimit(row: QuotaClusterLimitRow): QuotaClusterLimit {
  return {
    id: row.id as QuotaLimitId,
    quotaId: row.quotaId as QuotaId,
    ...optional("clusterId", row.clusterId as ClusterId | null),
    ...optional("vcpuLimit", row.vcpuLimit),
    ...optional("memoryLimitBytes", row.memoryLimitBytes),
  };
}

function toStorageLimit(row: QuotaStorageLimitRow): QuotaStorageLimit {
  return {
    id: row.id as QuotaLimitId,
    quotaId: row.quotaId as QuotaId,
    ...optional("storageDomainId", row.storageDomainId as StorageDomainId | null),
    ...optional("limitBytes", row.limitBytes),
  };
}

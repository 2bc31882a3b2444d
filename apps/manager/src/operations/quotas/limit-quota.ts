import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import {
  deleteQuotaLimit,
  insertClusterLimit,
  insertStorageLimit,
  listClusterLimits,
  listStorageLimits,
} from "../../db/queries/quota-limits.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import {
  limitProblems,
  type QuotaClusterLimit,
  type QuotaId,
  type QuotaLimitId,
  type QuotaStorageLimit,
} from "../../domain/quota/quota.ts";
import { changeQuota } from "./change-quota.ts";

const attempt = "Cannot edit Quota.";
const event = "quotaUpdated";

export async function addClusterLimit(
  context: OpContext,
  asked: Omit<QuotaClusterLimit, "id">,
): Promise<QuotaClusterLimit> {
  const { quotaId, clusterId } = asked;
  return changeQuota(context, { quotaId, attempt, event }, async (tx, { dataCenterId }) => {
    const cluster = clusterId && (await getCluster(tx, clusterId));
    const isForeign = cluster !== undefined && cluster.dataCenterId !== dataCenterId;
    refuseIf(attempt, isForeign ? ["The Cluster does not belong to the Data Center of the Quota."] : []);
    const others = (await listClusterLimits(tx, quotaId)).map((other) => other.clusterId);
    refuseIf(attempt, limitProblems(clusterId, others));
    const limit = { ...asked, id: newId<QuotaLimitId>() };
    await insertClusterLimit(tx, limit);
    return limit;
  });
}

export async function addStorageLimit(
  context: OpContext,
  asked: Omit<QuotaStorageLimit, "id">,
): Promise<QuotaStorageLimit> {
  const { quotaId, storageDomainId } = asked;
  return changeQuota(context, { quotaId, attempt, event }, async (tx, { dataCenterId }) => {
    const domain = storageDomainId && (await getStorageDomain(tx, storageDomainId));
    const isForeign = domain !== undefined && domain.dataCenterId !== dataCenterId;
    refuseIf(attempt, isForeign ? ["The Storage Domain does not belong to the Data Center of the Quota."] : []);
    const others = (await listStorageLimits(tx, quotaId)).map((other) => other.storageDomainId);
    refuseIf(attempt, limitProblems(storageDomainId, others));
    const limit = { ...asked, id: newId<QuotaLimitId>() };
    await insertStorageLimit(tx, limit);
    return limit;
  });
}

/** @throws NotFound when it is none of this quota's. */
export async function removeQuotaLimit(context: OpContext, quotaId: QuotaId, limitId: QuotaLimitId): Promise<void> {
  await changeQuota(context, { quotaId, attempt, event }, async (tx) => {
    const limits = [...(await listClusterLimits(tx, quotaId)), ...(await listStorageLimits(tx, quotaId))];
    if (!limits.some(({ id }) => id === limitId)) throw new NotFound("quota limit", limitId);
    await deleteQuotaLimit(tx, limitId);
  });
}

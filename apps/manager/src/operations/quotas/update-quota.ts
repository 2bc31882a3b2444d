import type { OpContext } from "../../context.ts";
import { getQuota, listQuotas, type QuotaChanges, updateQuota as writeQuota } from "../../db/queries/quotas.ts";
import { refuseIf } from "../../domain/errors.ts";
import { type Quota, type QuotaId, quotaProblems } from "../../domain/quota/quota.ts";
import { changeQuota } from "./change-quota.ts";
import { quotaNameTaken } from "./create-quota.ts";

const attempt = "Cannot edit Quota.";

export async function updateQuota(context: OpContext, quotaId: QuotaId, changes: QuotaChanges): Promise<Quota> {
  return changeQuota(context, { quotaId, attempt, event: "quotaUpdated" }, async (tx, quota) => {
    const changed = { ...quota, ...changes };
    refuseIf(attempt, quotaProblems(changed), "invalid");
    const others = (await listQuotas(tx, { dataCenterId: quota.dataCenterId })).filter(({ id }) => id !== quotaId);
    refuseIf(attempt, quotaNameTaken(changed.name, others));
    await writeQuota(tx, quotaId, changes);
    return getQuota(tx, quotaId);
  });
}

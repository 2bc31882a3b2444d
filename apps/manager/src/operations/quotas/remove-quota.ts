import type { OpContext } from "../../context.ts";
import { deleteQuota } from "../../db/queries/quotas.ts";
import type { QuotaId } from "../../domain/quota/quota.ts";
import { changeQuota } from "./change-quota.ts";

export async function removeQuota(context: OpContext, quotaId: QuotaId): Promise<void> {
  const attempt = "Cannot remove Quota.";
  await changeQuota(context, { quotaId, attempt, event: "quotaRemoved" }, (tx) => deleteQuota(tx, quotaId));
}

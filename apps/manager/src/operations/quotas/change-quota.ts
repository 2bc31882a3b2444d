import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getQuota } from "../../db/queries/quotas.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Quota, QuotaId } from "../../domain/quota/quota.ts";
import { announce } from "../../events/announce.ts";
import type { EventName } from "../../events/catalogue.ts";
import { byActor, subject } from "../subjects.ts";

/** What every change of a quota has in common: the right, that it is not the default one, and the event. */
export async function changeQuota<T>(
  context: OpContext,
  { quotaId, attempt, event }: { readonly quotaId: QuotaId; readonly attempt: string; readonly event: EventName },
  work: (tx: Tx, quota: Quota) => Promise<T>,
): Promise<T> {
  const { dataCenterId } = await getQuota(context.db, quotaId);
  await context.authorize("configure_quota", { type: "data_center", id: dataCenterId });
  return transaction(context.db, async (tx) => {
    const quota = await getQuota(tx, quotaId);
    refuseIf(attempt, quota.isDefault ? ["Default quota cannot be changed."] : []);
    const result = await work(tx, quota);
    const dataCenter = subject(await getDataCenter(tx, quota.dataCenterId));
    await announce(tx, context.clock, { name: event, ...byActor(context), dataCenter, details: { quota: quota.name } });
    return result;
  });
}

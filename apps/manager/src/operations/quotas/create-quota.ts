import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { insertQuota, listQuotas } from "../../db/queries/quotas.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { type Quota, type QuotaId, quotaDefaults, quotaProblems } from "../../domain/quota/quota.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot add Quota.";

export type NewQuota = Pick<Quota, "name" | "dataCenterId"> & Partial<Omit<Quota, "id" | "isDefault">>;

export async function createQuota(context: OpContext, asked: NewQuota): Promise<Quota> {
  const { dataCenterId } = asked;
  await context.authorize("configure_quota", { type: "data_center", id: dataCenterId });
  const quota: Quota = { ...quotaDefaults, ...asked, id: newId<QuotaId>(), isDefault: false };
  refuseIf(attempt, quotaProblems(quota), "invalid");
  return transaction(context.db, async (tx) => {
    const dataCenter = subject(await getDataCenter(tx, dataCenterId));
    refuseIf(attempt, quotaNameTaken(quota.name, await listQuotas(tx, { dataCenterId })));
    await insertQuota(tx, quota);
    const details = { quota: quota.name };
    await announce(tx, context.clock, { name: "quotaAdded", ...byActor(context), dataCenter, details });
    return quota;
  });
}

export function quotaNameTaken(name: string, others: readonly Quota[]): string[] {
  return others.some((other) => other.name === name) ? ["The Quota name is already in use."] : [];
}

import type { Db } from "../db/database.ts";
import { updateRunningStep } from "../db/queries/jobs.ts";
import { findJobHolding } from "../db/queries/sagas.ts";
import { transaction } from "../db/transaction.ts";
import type { Resource } from "./engine/lock-resources.ts";

/** Shows in the job of the saga that holds the resource how far its work is; without such a one nobody is told. */
export async function reportProgress(
  db: Db,
  resource: Resource,
  { description, percent }: { readonly description: string; readonly percent: number },
): Promise<void> {
  await transaction(db, async (tx) => {
    const jobId = await findJobHolding(tx, resource);
    if (jobId !== undefined) await updateRunningStep(tx, jobId, { description, progressPercent: percent });
  });
}

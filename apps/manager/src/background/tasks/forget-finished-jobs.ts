import type { Tx } from "../../db/database.ts";
import { deleteEndedTransfers } from "../../db/queries/image-transfers.ts";
import { deleteOldJobs, giveUpExternalJobs } from "../../db/queries/jobs.ts";
import { deleteEndedSagas } from "../../db/queries/sagas.ts";
import { transaction } from "../../db/transaction.ts";
import type { BackgroundTask } from "../driver.ts";

const HOUR_MS = 60 * 60_000;
/** Of work that ended well (oVirt's SucceededJobCleanupTimeInMinutes), and of other work (FailedJobCleanupTimeInMinutes). */
const FINISHED_JOB_MS = 10 * 60_000;
const JOB_MS = HOUR_MS;
/** Jobs that another program wants to clear itself, and that it says nothing more of: forgotten all the same. */
const EXTERNAL_JOB_MS = 30 * 24 * HOUR_MS;
const TRANSFER_MS = HOUR_MS;
/** For whoever wants to know next week what happened. */
const SAGA_MS = 7 * 24 * HOUR_MS;

/** Forgets jobs, transfers and journals that ended long ago. */
export function forgetFinishedJobs(): BackgroundTask<{ jobs: number; transfers: number; sagas: number }> {
  return {
    name: "forget-finished-jobs",
    periodMs: 60_000,
    activate({ db, clock }) {
      const nowMs = clock.nowMs();
      return transaction(db, async (tx) => ({
        jobs: await forgetJobs(tx, nowMs),
        transfers: await deleteEndedTransfers(tx, nowMs - TRANSFER_MS),
        sagas: await deleteEndedSagas(tx, nowMs - SAGA_MS),
      }));
    },
  };
}

async function forgetJobs(tx: Tx, nowMs: number): Promise<number> {
  await giveUpExternalJobs(tx, nowMs - EXTERNAL_JOB_MS, nowMs);
  return (
    (await deleteOldJobs(tx, { endedBeforeMs: nowMs - FINISHED_JOB_MS, status: "finished" })) +
    (await deleteOldJobs(tx, { endedBeforeMs: nowMs - JOB_MS })) +
    (await deleteOldJobs(tx, { endedBeforeMs: nowMs - EXTERNAL_JOB_MS, isWaitingForClear: true }))
  );
}

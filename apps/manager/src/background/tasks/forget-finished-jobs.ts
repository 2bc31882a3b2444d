import { deleteEndedTransfers } from "../../db/queries/image-transfers.ts";
import { deleteEndedJobs } from "../../db/queries/jobs.ts";
import { deleteEndedSagas } from "../../db/queries/sagas.ts";
import { transaction } from "../../db/transaction.ts";
import type { BackgroundTask } from "../driver.ts";

const HOUR_MS = 60 * 60_000;
const JOB_MS = HOUR_MS;
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
        jobs: await deleteEndedJobs(tx, nowMs - JOB_MS),
        transfers: await deleteEndedTransfers(tx, nowMs - TRANSFER_MS),
        sagas: await deleteEndedSagas(tx, nowMs - SAGA_MS),
      }));
    },
  };
}

import { deleteEndedSessions } from "../../db/queries/sessions.ts";
import { transaction } from "../../db/transaction.ts";
import type { BackgroundTask } from "../driver.ts";

/** Forgets sessions that nobody used for too long, or that are too old. They count for nothing before that already. */
export function forgetEndedSessions(): BackgroundTask<{ sessions: number }> {
  return {
    name: "forget-ended-sessions",
    periodMs: 10 * 60_000,
    activate: async ({ db, clock }) => ({
      sessions: await transaction(db, (tx) => deleteEndedSessions(tx, clock.nowMs())),
    }),
  };
}

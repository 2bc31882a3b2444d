import { deleteOldEvents } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import type { BackgroundTask } from "../driver.ts";

/** As long as oVirt keeps them (AuditLogAgingThreshold). */
const EVENT_MS_MAX = 30 * 24 * 60 * 60_000;
/** So many at once: the database is free for others between. */
const EVENTS_AT_ONCE = 1000;

/** Forgets events that are older than anybody asks for: the table would grow for ever. */
export function forgetOldEvents(): BackgroundTask<{ events: number }> {
  return {
    name: "forget-old-events",
    periodMs: 60 * 60_000,
    async activate({ db, clock, signal }) {
      const beforeMs = clock.nowMs() - EVENT_MS_MAX;
      let events = 0;
      for (let deleted = EVENTS_AT_ONCE; deleted === EVENTS_AT_ONCE && !signal.aborted; events += deleted) {
        deleted = await transaction(db, (tx) => deleteOldEvents(tx, beforeMs, EVENTS_AT_ONCE));
      }
      return { events };
    },
  };
}

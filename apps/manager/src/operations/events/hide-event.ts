import type { OpContext } from "../../context.ts";
import { findEvent, hideEvent, showHiddenEvents } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** Puts an event away: it is in no list any more, and is kept as long as others. @throws NotFound */
export async function hideOneEvent(context: OpContext, eventId: number): Promise<void> {
  await context.authorize("audit_log_management", systemObject);
  await transaction(context.db, async (tx) => {
    if ((await findEvent(tx, eventId)) === undefined) throw new NotFound("event", String(eventId));
    await hideEvent(tx, eventId);
  });
}

/** Shows all events again that were put away. */
export async function undeleteEvents(context: OpContext): Promise<void> {
  await context.authorize("audit_log_management", systemObject);
  await transaction(context.db, async (tx) => {
    await showHiddenEvents(tx);
    await announce(tx, context.clock, { name: "eventsShownAgain", ...byActor(context) });
  });
}

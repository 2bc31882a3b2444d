import type { Tx } from "../db/database.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject, NewEvent } from "../events/record.ts";
import type { SagaDeps } from "./deps.ts";
import type { SagaEnd } from "./engine/saga.ts";

/** The event of a saga that went through, and of one that did not; what both tell of. */
interface EndEvents extends Omit<NewEvent, "name" | "correlationId" | "user"> {
  readonly succeeded: NewEvent["name"];
  /** Its sentence has a `{reason}`. */
  readonly failed: NewEvent["name"];
}

/** Tells how a saga ended, in the transaction in which it does. */
export async function announceEnd(
  tx: Tx,
  { params, deps, correlationId, outcome }: SagaEnd<{ readonly user?: EventSubject }, SagaDeps>,
  { succeeded, failed, details, ...subjects }: EndEvents,
): Promise<void> {
  const about = { ...subjects, correlationId, ...(params.user !== undefined && { user: params.user }) };
  await announce(
    tx,
    deps.clock,
    outcome.outcome === "succeeded"
      ? { name: succeeded, ...about, ...(details !== undefined && { details }) }
      : { name: failed, ...about, details: { ...details, reason: outcome.error } },
  );
}

import type { OpContext } from "../context.ts";
import type { EventSubject } from "../events/record.ts";

/** Who did it and in which request, for an event. */
export function byActor({ actor, correlationId }: Pick<OpContext, "actor" | "correlationId">): {
  user?: EventSubject;
  correlationId: string;
} {
  // The system itself has no id; its events name nobody.
  if (actor.userId === undefined) return { correlationId };
  return { user: { id: actor.userId, name: actor.name }, correlationId };
}

/** Any object as an event names it. */
export function subject({ id, name }: { readonly id: string; readonly name: string }): EventSubject {
  return { id, name };
}

/** Who did it, for the parameters of a saga. */
export function userOf({ actor }: Pick<OpContext, "actor">): { user?: EventSubject } {
  return actor.userId === undefined ? {} : { user: { id: actor.userId, name: actor.name } };
}

import type { Event } from "@yagura/rest-model";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import type { EventsResource } from "./generated/resources.ts";

export interface FollowEventsOptions {
  /** Only events after the one with this number; by default, after the newest at the start. */
  readonly from?: number | undefined;
  readonly search?: string | undefined;
  readonly everyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** Of more events than this since the last look, v4 gives the newest; without a number some Managers give few. */
const EVENTS_MAX = 10_000;

/**
 * Events as they happen, oldest first, each once, until the signal is aborted (which ends the loop without an error).
 * Event numbers grow, so asking again from the last one seen misses nothing, unless more than EVENTS_MAX come between.
 */
export async function* followEvents(
  events: EventsResource,
  { from, search, everyMs = 2_000, signal, clock = systemClock }: FollowEventsOptions = {},
): AsyncGenerator<Event, void> {
  try {
    let last = from ?? (await newest(events, signal));
    while (signal?.aborted !== true) {
      const found = await events.list({ from: last, search, max: EVENTS_MAX }, { signal });
      const fresh = found.filter((event) => numberOf(event) > last).sort((a, b) => numberOf(a) - numberOf(b));
      for (const event of fresh) {
        yield event;
        last = numberOf(event);
      }
      await clock.sleep(everyMs, signal);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

async function newest(events: EventsResource, signal: AbortSignal | undefined): Promise<number> {
  const found = await events.list({ max: 1 }, { signal });
  return Math.max(0, ...found.map(numberOf));
}

/** The id of an event is a number in text (rest-api 6.12). */
function numberOf(event: Event): number {
  const number = Number(event.id);
  return Number.isSafeInteger(number) ? number : 0;
}

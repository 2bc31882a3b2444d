import { type Clock, systemClock } from "./clock.ts";
import { DeadlineExceeded } from "./deadline.ts";

export interface PollOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Asks `look` again and again until it returns something other than `undefined` or `false`.
 * @throws DeadlineExceeded naming `what` when the time is up; whatever `look` throws ends the wait at once.
 */
export async function poll<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: PollOptions,
): Promise<T> {
  const { timeoutMs, everyMs = 100, clock = systemClock, signal } = options;
  const endMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (clock.monotonicMs() >= endMs) throw new DeadlineExceeded(what, timeoutMs);
    await clock.sleep(everyMs, signal);
  }
}

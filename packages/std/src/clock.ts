import { setTimeout as timer } from "node:timers/promises";

/** Where time comes from. Everything that waits or measures receives one; tests pass a fake (`testing/fake-clock.ts`). */
export interface Clock {
  /** Milliseconds since the epoch, for people and for documents. It may jump. */
  nowMs(): number;
  /** Milliseconds on a clock that only goes forward; the only one for durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(delayMs, signal) {
    signal?.throwIfAborted();
    try {
      await timer(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
  },
};

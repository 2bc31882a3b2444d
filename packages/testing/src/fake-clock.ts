import type { Clock } from "@yagura/std/clock.ts";

interface Sleeper {
  readonly wakeMs: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. Sleepers wake in order of their time. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  #sleepers: Sleeper[] = [];
  readonly #startMs: number;

  constructor(startMs = Date.UTC(2026, 10, 22)) {
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { wakeMs: this.#elapsedMs + delayMs, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener(
      "abort",
      () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      },
      { once: true },
    );
    return promise;
  }

  /** How many are asleep: a test waits for this before it moves the clock. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves time forward, waking whoever is due on the way, each at its own time. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    for (;;) {
      const due = this.#sleepers.filter((sleeper) => sleeper.wakeMs <= endMs).sort((a, b) => a.wakeMs - b.wakeMs)[0];
      if (due === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== due);
      this.#elapsedMs = Math.max(this.#elapsedMs, due.wakeMs);
      due.wake();
      // Let everyone who was woken run to its next wait before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#elapsedMs = endMs;
  }
}

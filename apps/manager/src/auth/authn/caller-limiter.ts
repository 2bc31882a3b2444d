import type { Clock } from "@yagura/std/clock.ts";

/** A playbook over a thousand VMs, or a dashboard that has just been opened, is no abuse. */
const BURST = 10_000;
/** Several times of what one Manager can answer to all: what a caller may have who leaves something to the others. */
const REQUESTS_PER_SECOND = 500;
const CALLERS_MAX = 10_000;

interface Allowance {
  readonly left: number;
  readonly atMs: number;
}

/** One caller asks more often than anybody needs to. */
export class TooManyRequests extends Error {
  override readonly name = "TooManyRequests";

  constructor() {
    super(
      `this user asks more than ${REQUESTS_PER_SECOND} times a second; ask for lists, or search, and try again in a moment`,
    );
  }
}

/** Keeps one caller from taking the whole Manager: a bucket of requests for each, which fills again with time. */
export class CallerLimiter {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #allowances = new Map<string, Allowance>();

  /** @param burst how many requests a caller may make at once. */
  constructor(clock: Clock, burst = BURST) {
    this.#clock = clock;
    this.#burst = burst;
  }

  /** @throws TooManyRequests */
  take(caller: string): void {
    const atMs = this.#clock.monotonicMs();
    const { left } = refill(this.#allowances.get(caller), this.#burst, atMs);
    // Deleted first, so that the map stays in order of the last request and the oldest can be dropped.
    this.#allowances.delete(caller);
    this.#allowances.set(caller, { left: Math.max(0, left - 1), atMs });
    for (const oldest of this.#allowances.keys()) {
      if (this.#allowances.size <= CALLERS_MAX) break;
      this.#allowances.delete(oldest);
    }
    if (left < 1) throw new TooManyRequests();
  }
}

/** Pure. */
function refill(allowance: Allowance | undefined, burst: number, nowMs: number): Allowance {
  if (allowance === undefined) return { left: burst, atMs: nowMs };
  const gained = ((nowMs - allowance.atMs) / 1000) * REQUESTS_PER_SECOND;
  return { left: Math.min(burst, allowance.left + gained), atMs: nowMs };
}

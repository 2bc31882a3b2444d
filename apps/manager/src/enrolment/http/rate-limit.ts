import type { Clock } from "@yagura/std/clock.ts";

export interface RateLimitOptions {
  /** So many at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** So many callers are remembered; whoever was remembered first is forgotten first. */
  readonly callersMax: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Counts requests by caller, so that one that asks without end does not keep the others waiting. */
export class RateLimit {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #options: RateLimitOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, "monotonicMs">, options: RateLimitOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Whether this caller may make one more request now. */
  allows(caller: string): boolean {
    const bucket = this.#refilled(caller);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #refilled(caller: string): Bucket {
    const atMs = this.#clock.monotonicMs();
    const { burst, perSecond, callersMax } = this.#options;
    const known = this.#buckets.get(caller);
    if (known !== undefined) {
      known.tokens = Math.min(burst, known.tokens + ((atMs - known.atMs) / 1000) * perSecond);
      known.atMs = atMs;
      return known;
    }
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= callersMax && oldest !== undefined) this.#buckets.delete(oldest);
    const fresh = { tokens: burst, atMs };
    this.#buckets.set(caller, fresh);
    return fresh;
  }
}

import type { Clock } from "@yagura/std/clock.ts";

export interface GateLimits {
  readonly workers: number;
  readonly queue: number;
  readonly workerTimeoutMs: number;
}

/** Workers that were given up for stuck and may still come back; past this many the gate lets nobody in. */
const stuckMax = 30;

/** More calls are waiting than the gate keeps. */
export class GateFull extends Error {
  override readonly name = "GateFull";
}

/**
 * Lets so many calls run side by side, and so many wait. A call that takes too long keeps running but is no longer
 * counted, so that a hung storage cannot stop everything else.
 */
export class CallGate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  readonly #underWay = new Set<AbortController>();
  #running = 0;
  #stuck = 0;

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws GateFull at once, when no one more may wait; otherwise whatever `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    const ended = new AbortController();
    this.#underWay.add(ended);
    let isStuck = false;
    void this.#clock.sleep(this.#limits.workerTimeoutMs, ended.signal).then(
      () => {
        isStuck = true;
        this.#stuck += 1;
        this.#leave();
      },
      () => undefined,
    );
    try {
      return await work();
    } finally {
      ended.abort();
      this.#underWay.delete(ended);
      if (isStuck) this.#stuck -= 1;
      else this.#leave();
    }
  }

  /** Stops watching the calls that are under way. They go on. */
  close(): void {
    for (const ended of this.#underWay) ended.abort();
  }

  #enter(): Promise<void> {
    if (this.#running < this.#limits.workers && this.#stuck < stuckMax) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#limits.queue) return Promise.reject(new GateFull("too many calls are waiting"));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** Passes the place on to the one who has waited longest. */
  #leave(): void {
    const next = this.#stuck < stuckMax ? this.#waiting.shift() : undefined;
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

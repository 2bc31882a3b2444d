import type { Clock } from "@yagura/std/clock.ts";

/** How long silence lasts until it is tested, and how many tests may stay unanswered; libvirt's own defaults. */
export interface KeepaliveOptions {
  readonly intervalMs: number;
  readonly unansweredMax: number;
}

export const defaultKeepalive: KeepaliveOptions = { intervalMs: 5_000, unansweredMax: 5 };

export type KeepaliveStep = "rest" | "ping" | "give up";

/** What to do at the end of an interval. Anything that was heard counts as an answer. */
export function decideKeepalive(heard: boolean, unanswered: number, unansweredMax: number): KeepaliveStep {
  if (heard) return "rest";
  return unanswered < unansweredMax ? "ping" : "give up";
}

/** Watches one connection: pings after an interval of silence, and says when the peer must be given up. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #clock: Clock;
  #heard = true;

  constructor(options: KeepaliveOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  /** Runs until the signal is aborted, or until nothing was heard for too long; then the promise resolves with that time. */
  async watch(actions: { ping(): void; everyInterval(): void }, signal: AbortSignal): Promise<number | undefined> {
    const { intervalMs, unansweredMax } = this.#options;
    let unanswered = 0;
    while (await this.#rest(intervalMs, signal)) {
      actions.everyInterval();
      const step = decideKeepalive(this.#heard, unanswered, unansweredMax);
      if (step === "give up") return intervalMs * (unansweredMax + 1);
      unanswered = step === "ping" ? unanswered + 1 : 0;
      this.#heard = false;
      if (step === "ping") actions.ping();
    }
    return undefined;
  }

  async #rest(delayMs: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#clock.sleep(delayMs, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }
}

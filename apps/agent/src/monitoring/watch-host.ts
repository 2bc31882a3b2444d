import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { networkSignature } from "./host-facts.ts";
import { type HostSample, readHostSample } from "./host-sample.ts";
import { computeHostUsage, type HostUsage } from "./host-usage.ts";

const SAMPLE_PERIOD_MS = 15_000;

export interface HostWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The host's interfaces or addresses are not what they were. */
  onNetworkChange(): void;
}

/** Samples this host each 15 s; whoever asks gets what the last two samples say. */
export class HostWatch {
  #last: HostSample | undefined;
  #usage: HostUsage | undefined;
  #network = "";
  readonly #options: HostWatchOptions;

  constructor(options: HostWatchOptions) {
    this.#options = options;
  }

  /** What the host used; measured now if it never was before. */
  async usage(): Promise<HostUsage> {
    return this.#usage ?? this.#sample();
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#sample();
        this.#lookAtNetwork();
      } catch (error) {
        log.warn("could not sample this host", { error: describeError(error) });
      }
      await clock.sleep(SAMPLE_PERIOD_MS, signal).catch(() => undefined);
    }
  }

  async #sample(): Promise<HostUsage> {
    const sample = await readHostSample(this.#options.clock);
    this.#usage = computeHostUsage(sample, this.#last);
    this.#last = sample;
    return this.#usage;
  }

  #lookAtNetwork(): void {
    const before = this.#network;
    this.#network = networkSignature();
    if (before !== "" && before !== this.#network) this.#options.onNetworkChange();
  }
}

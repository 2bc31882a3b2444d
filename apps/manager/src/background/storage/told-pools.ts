import type { HostId } from "@yagura/std/ids.ts";

interface Told {
  readonly what: string;
  /** On the monotonic clock: when to tell it again although nothing has changed. */
  readonly againAtMs: number;
}

/** What each host was told of its pool, so that it is told what has changed, and everything again after it was away. */
export class ToldPools {
  readonly #told = new Map<HostId, Told>();

  isTold(hostId: HostId, what: string, nowMs: number): boolean {
    const told = this.#told.get(hostId);
    return told?.what === what && nowMs < told.againAtMs;
  }

  note(hostId: HostId, what: string, againAtMs = Number.POSITIVE_INFINITY): void {
    this.#told.set(hostId, { what, againAtMs });
  }
}

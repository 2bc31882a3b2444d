import type { Clock } from "@yagura/std/clock.ts";

/** So many wrong passwords of one user from one address are a typing error; from then on each costs a wait. */
const FREE_FAILURES = 5;
/** An address may be a proxy with many people behind it. */
const FREE_FAILURES_OF_ADDRESS = 50;
const FIRST_WAIT_MS = 30_000;
const WAIT_MS_MAX = 15 * 60_000;
/** Failures older than this are forgotten. */
const MEMORY_MS = 60 * 60_000;
const ENTRIES_MAX = 10_000;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
  readonly blockedUntilMs: number;
}

/**
 * Slows down guessing: after some failures of a user from an address, or of an address, further attempts are refused for
 * a time that doubles. A user is never locked out everywhere: that would let any stranger lock out the administrator.
 */
export class LoginLimiter {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long this one has to wait before he may try again; 0: not at all. */
  waitMs(user: string, address: string): number {
    const nowMs = this.#clock.monotonicMs();
    const waits = [pairKey(user, address), addressKey(address)].map(
      (key) => (this.#failures.get(key)?.blockedUntilMs ?? 0) - nowMs,
    );
    return Math.max(0, ...waits);
  }

  failed(user: string, address: string): void {
    this.#count(pairKey(user, address), FREE_FAILURES);
    this.#count(addressKey(address), FREE_FAILURES_OF_ADDRESS);
  }

  succeeded(user: string, address: string): void {
    this.#failures.delete(pairKey(user, address));
  }

  #count(key: string, free: number): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#failures.get(key);
    const count = before === undefined || nowMs - before.lastMs > MEMORY_MS ? 1 : before.count + 1;
    const waitMs = count < free ? 0 : Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** Math.min(count - free, 20));
    // Deleted first, so that the map stays in order of the last failure and the oldest can be dropped.
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastMs: nowMs, blockedUntilMs: nowMs + waitMs });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= ENTRIES_MAX) break;
      this.#failures.delete(oldest);
    }
  }
}

function pairKey(user: string, address: string): string {
  return `${address}\n${user.toLowerCase()}`;
}

function addressKey(address: string): string {
  return address;
}

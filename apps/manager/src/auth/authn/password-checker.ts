import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "@yagura/std/clock.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";

/** Ansible logs in and out around every task: the slow hash is computed once in this time, for one user and password. */
const REMEMBERED_MS = 10 * 60_000;
const REMEMBERED_MAX = 1000;
/** Each waiting check is a client's open request; past this many, more of them would only wait for nothing. */
const WAITING_MAX = 64;
/** Of argon2 at a time: it takes 19 MiB and a core for some 30 ms, and a thread of libuv's four. */
const CHECKS_AT_ONCE = 2;

/** More logins are under way than can be checked in reasonable time. */
export class TooManyLogins extends Error {
  override readonly name = "TooManyLogins";

  constructor() {
    super("too many logins are being checked; try again in a moment");
  }
}

interface Remembered {
  readonly proof: Buffer;
  readonly untilMs: number;
}

/**
 * Checks passwords against their stored hashes, and remembers success for some minutes: as a MAC under a key that never
 * leaves this process and over the stored hash too, so that a changed password is forgotten at once, and memory holds
 * nothing from which a password could be guessed without that key.
 */
export class PasswordChecker {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, Remembered>();
  readonly #lanes: Promise<unknown>[] = Array.from({ length: CHECKS_AT_ONCE }, () => Promise.resolve());
  #waiting = 0;
  #next = 0;
  #decoy: Promise<string> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the password was right for this hash a moment ago; costs microseconds. */
  isRemembered(userId: string, password: string, hash: string): boolean {
    const found = this.#remembered.get(userId);
    if (found === undefined || found.untilMs <= this.#clock.monotonicMs()) return false;
    return timingSafeEqual(found.proof, this.#proof(password, hash));
  }

  /**
   * Whether this is the user's password. Without a hash (no such user, or one without a password) it takes as long
   * and is wrong, so that the time does not tell which users exist.
   * @throws TooManyLogins
   */
  async check(userId: string | undefined, password: string, hash: string | undefined): Promise<boolean> {
    if (userId !== undefined && hash !== undefined && this.isRemembered(userId, password, hash)) return true;
    const isRight = await this.#queued(async () => verifyPassword(password, hash ?? (await this.#decoyHash())));
    if (!isRight || userId === undefined || hash === undefined) return false;
    this.#remember(userId, this.#proof(password, hash));
    return true;
  }

  async #queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) throw new TooManyLogins();
    this.#waiting++;
    const lane = this.#next++ % CHECKS_AT_ONCE;
    const result = (this.#lanes[lane] ?? Promise.resolve()).then(work);
    // The lane only marks the place in the queue; whoever called gets the error from `result`.
    this.#lanes[lane] = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#waiting--;
    }
  }

  #remember(userId: string, proof: Buffer): void {
    this.#remembered.delete(userId);
    this.#remembered.set(userId, { proof, untilMs: this.#clock.monotonicMs() + REMEMBERED_MS });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED_MAX) break;
      this.#remembered.delete(oldest);
    }
  }

  #proof(password: string, hash: string): Buffer {
    return createHmac("sha256", this.#key).update(hash).update("\0").update(password).digest();
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= hashPassword(randomBytes(16).toString("hex"));
    return this.#decoy;
  }
}

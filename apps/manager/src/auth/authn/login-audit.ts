import type { Clock } from "@yagura/std/clock.ts";

/** oVirt's: a client that logs in for each of its tasks is not an event each time. */
const QUIET_MS = 5000;
const ENTRIES_MAX = 1000;

export type LoginEvent =
  | { readonly name: "userLoggedIn" | "userLoggedOut"; readonly userId: string; readonly userName: string }
  | {
      readonly name: "userLoginFailed" | "userDisabledLogin";
      readonly userId: string | undefined;
      /** "(unknown)" for a name that nobody has: what was typed may be a password in the wrong field. */
      readonly userName: string;
      readonly address: string;
    };

/** Tells of logins and logouts: the same of one user at most once in five seconds. */
export class LoginAudit {
  readonly #clock: Clock;
  readonly #record: (event: LoginEvent) => void;
  readonly #toldMs = new Map<string, number>();

  /** @param record writes an event down; what goes wrong with that is its own. */
  constructor(clock: Clock, record: (event: LoginEvent) => void) {
    this.#clock = clock;
    this.#record = record;
  }

  tell(event: LoginEvent): void {
    const key = `${event.name}\n${event.userName}\n${"address" in event ? event.address : ""}`;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#toldMs.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.#toldMs.delete(key);
    this.#toldMs.set(key, nowMs);
    for (const oldest of this.#toldMs.keys()) {
      if (this.#toldMs.size <= ENTRIES_MAX) break;
      this.#toldMs.delete(oldest);
    }
    this.#record(event);
  }
}

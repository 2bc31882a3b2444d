import type { Clock } from "@yagura/std/clock.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import type { User } from "../../domain/user/user.ts";
import type { AuthStore } from "../auth-store.ts";
import { hasPermitAnywhere } from "../authz/policy.ts";
import { LoginLimiter } from "./login-limiter.ts";
import { PasswordChecker } from "./password-checker.ts";
import { PASSWORD_BYTES_MAX } from "./password-hash.ts";

const USER_NAME_CHARACTERS_MAX = 255;

/** Why a login was refused. Only who knows the password is told of the user: whether a name exists is not told. */
export type LoginRefusal = keyof typeof loginRefusalTexts;

export const loginRefusalTexts = {
  "no domain": "the user name needs a domain, like admin@internal.",
  "unknown domain": "there is no such domain.",
  "wrong name or password": "the user name or the password is incorrect.",
  disabled: "the user account is disabled or locked.",
  "no permit": "the user is not allowed to log in: no role has been given to him.",
  wait: "too many logins have failed; wait a while.",
} as const;

export type LoginResult =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly because: LoginRefusal; readonly waitMs?: number };

export interface LoginAttempt {
  /** `name@domain`. */
  readonly userName: string;
  readonly password: string;
  /** Where the attempt comes from, for counting failures. */
  readonly address: string;
}

/** Our own users are in the domain `internal`; some clients call it by the name of its directory. */
const internalDomains: ReadonlySet<string> = new Set(["internal", "internal-authz"]);

/** Checks who somebody is by name and password. Opens no session. */
export class Logins {
  readonly #store: AuthStore;
  readonly #log: Log;
  readonly #passwords: PasswordChecker;
  readonly #limiter: LoginLimiter;
  /** Attempts of one user from one address go one by one: side by side, all would be checked before one is counted. */
  readonly #queue = new KeyedQueue<string>();

  constructor(store: AuthStore, clock: Clock, log: Log = silentLog) {
    this.#store = store;
    this.#log = log;
    this.#passwords = new PasswordChecker(clock);
    this.#limiter = new LoginLimiter(clock);
  }

  /** @throws TooManyLogins when the machine cannot keep up. */
  async check(attempt: LoginAttempt): Promise<LoginResult> {
    const { userName, password, address } = attempt;
    const name = splitUserName(userName);
    if (name === undefined) return { ok: false, because: "no domain" };
    if (!internalDomains.has(name.domain)) return { ok: false, because: "unknown domain" };
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) return { ok: false, because: "wrong name or password" };
    const result = await this.#queue.run(`${address}\n${name.name}`, () =>
      this.#checkInternal(name.name, password, address),
    );
    if (!result.ok) this.#log.warn("a login was refused", { user: name.name, address, because: result.because });
    return result;
  }

  async #checkInternal(name: string, password: string, address: string): Promise<LoginResult> {
    const found = await this.#store.findUserByName(name, "internal");
    const { user, passwordHash: hash } = found ?? {};
    // A client that has just proven to know the password is not made to wait for a stranger's guesses.
    const isKnown = user !== undefined && hash !== undefined && this.#passwords.isRemembered(user.id, password, hash);
    const waitMs = this.#limiter.waitMs(name, address);
    if (waitMs > 0 && !isKnown) return { ok: false, because: "wait", waitMs };
    if (!(await this.#passwords.check(user?.id, password, hash)) || user === undefined) {
      this.#limiter.failed(name, address);
      return { ok: false, because: "wrong name or password" };
    }
    this.#limiter.succeeded(name, address);
    if (!user.isEnabled) return { ok: false, because: "disabled" };
    const grants = await this.#store.listGrants(user.id);
    if (!hasPermitAnywhere(grants, "login")) return { ok: false, because: "no permit" };
    return { ok: true, user };
  }
}

/** "admin@internal" into its two halves, the domain after the last `@`. */
export function splitUserName(userName: string): { name: string; domain: string } | undefined {
  const at = userName.lastIndexOf("@");
  if (at < 1 || at === userName.length - 1 || userName.length > USER_NAME_CHARACTERS_MAX) return undefined;
  return { name: userName.slice(0, at), domain: userName.slice(at + 1).toLowerCase() };
}

import type { Clock } from "@yagura/std/clock.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import type { User } from "../../domain/user/user.ts";
import type { AuthStore } from "../auth-store.ts";
import { hasPermitAnywhere } from "../authz/policy.ts";
import type { Credentials, DirectoryProvider } from "../directory/directory-provider.ts";
import { InternalDirectory } from "../directory/internal-directory.ts";
import { LoginLimiter } from "./login-limiter.ts";

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

/** Told of each refused login: for the log of events. */
export type OnRefusedLogin = (attempt: {
  /** Undefined when there is no such user: what was typed may be a password in the wrong field. */
  readonly user: User | undefined;
  readonly address: string;
  readonly because: LoginRefusal;
}) => void;

export interface LoginsOptions {
  readonly log?: Log;
  /** Besides our own. */
  readonly directories?: readonly DirectoryProvider[];
  readonly onRefused?: OnRefusedLogin;
}

/** Checks who somebody is by name and password. Opens no session. */
export class Logins {
  readonly #store: AuthStore;
  readonly #log: Log;
  readonly #directories: ReadonlyMap<string, DirectoryProvider>;
  readonly #limiter: LoginLimiter;
  readonly #onRefused: OnRefusedLogin;
  /** Attempts of one user from one address go one by one: side by side, all would be checked before one is counted. */
  readonly #queue = new KeyedQueue<string>();

  constructor(store: AuthStore, clock: Clock, { log = silentLog, directories = [], onRefused }: LoginsOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#limiter = new LoginLimiter(clock);
    this.#onRefused = onRefused ?? (() => undefined);
    const all = [new InternalDirectory(store, clock), ...directories];
    this.#directories = new Map(all.flatMap((each) => [each.domain, ...each.aliases].map((name) => [name, each])));
  }

  /** @throws TooManyLogins when the machine cannot keep up. */
  async check(attempt: LoginAttempt): Promise<LoginResult> {
    const { userName, password, address } = attempt;
    const parts = splitUserName(userName);
    if (parts === undefined) return { ok: false, because: "no domain" };
    const directory = this.#directories.get(parts.domain);
    if (directory === undefined) return { ok: false, because: "unknown domain" };
    const { name } = parts;
    const login = `${name}@${directory.domain}`;
    const result = await this.#queue.run(`${address}\n${login}`, () =>
      this.#checkIn(directory, { name, password }, { login, address }),
    );
    if (!result.ok) {
      const user = (await this.#store.findUserByName(name, directory.domain))?.user;
      this.#log.warn("a login was refused", { user: user?.name ?? "(unknown)", address, because: result.because });
      this.#onRefused({ user, address, because: result.because });
    }
    return result;
  }

  async #checkIn(
    directory: DirectoryProvider,
    credentials: Credentials,
    { login, address }: { readonly login: string; readonly address: string },
  ): Promise<LoginResult> {
    const waitMs = this.#limiter.waitMs(login, address);
    // A client that has just proven to know the password is not made to wait for a stranger's guesses.
    if (waitMs > 0 && !(await directory.wereRightLately(credentials))) return { ok: false, because: "wait", waitMs };
    const record = await directory.authenticate(credentials);
    if (record === undefined) {
      this.#limiter.failed(login, address);
      return { ok: false, because: "wrong name or password" };
    }
    this.#limiter.succeeded(login, address);
    // By the id that never changes hands. Whoever has not been added is nobody here, whatever his name is.
    const user = await this.#store.findUserByExternalId(directory.domain, record.namespace, record.externalId);
    if (user === undefined) return { ok: false, because: "no permit" };
    if (!user.isEnabled) return { ok: false, because: "disabled" };
    await this.#store.setDirectoryGroups(user, record.groupIds);
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

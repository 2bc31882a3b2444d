import type { Clock } from "@yagura/std/clock.ts";
import { internalDomain } from "../../domain/user/internal-user.ts";
import type { AuthStore } from "../auth-store.ts";
import { PasswordChecker } from "../authn/password-checker.ts";
import { PASSWORD_BYTES_MAX } from "../authn/password-hash.ts";
import type { Credentials, DirectoryProvider, DirectoryRecord } from "./directory-provider.ts";

/** The users in our own database. Who is in which group is in the database too, so a login brings no groups along. */
export class InternalDirectory implements DirectoryProvider {
  readonly domain = internalDomain;
  /** Some clients call it by the name of its directory. */
  readonly aliases = [`${internalDomain}-authz`];
  readonly #store: AuthStore;
  readonly #passwords: PasswordChecker;

  constructor(store: AuthStore, clock: Clock) {
    this.#store = store;
    this.#passwords = new PasswordChecker(clock);
  }

  /** @throws TooManyLogins when the machine cannot keep up. */
  async authenticate({ name, password }: Credentials): Promise<DirectoryRecord | undefined> {
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) return undefined;
    const found = await this.#store.findUserByName(name, this.domain);
    const isRight = await this.#passwords.check(found?.user.id, password, found?.passwordHash);
    if (!isRight || found === undefined) return undefined;
    return { externalId: found.user.externalId, namespace: found.user.namespace, groupIds: [] };
  }

  async wereRightLately({ name, password }: Credentials): Promise<boolean> {
    const found = await this.#store.findUserByName(name, this.domain);
    if (found?.passwordHash === undefined) return false;
    return this.#passwords.isRemembered(found.user.id, password, found.passwordHash);
  }
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { UserId } from "@yagura/std/ids.ts";
import type { OnRefusedLogin } from "../auth/authn/login.ts";
import type { LoginEvent } from "../auth/authn/login-audit.ts";
import type { Services } from "../context.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import type { NewEvent } from "../events/record.ts";

/** A refused login as an event. Of a name that nobody has, the event does not repeat what was typed. */
export function loginRefused({ user, address, because }: Parameters<OnRefusedLogin>[0]): LoginEvent {
  const userName = user === undefined ? "(unknown)" : `${user.name}@${user.domain}`;
  const name = because === "disabled" ? "userDisabledLogin" : "userLoginFailed";
  return { name, userId: user?.id, userName, address };
}

/** Writes logins and logouts down, beside the requests they came with. */
export class LoginRecorder {
  readonly #services: Services;
  readonly #writing = new Set<Promise<void>>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** A login that was right is not refused because its event could not be written: that goes to the log. */
  record(event: LoginEvent): void {
    const { db, clock, log } = this.#services;
    const writing = transaction(db, async (tx) => void (await announce(tx, clock, toEvent(event))))
      .catch((error) => log.warn("an event of a login could not be written", { error: describeError(error) }))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** When all that was told so far is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }
}

function toEvent(event: LoginEvent): NewEvent {
  const user = event.userId === undefined ? undefined : { id: event.userId as UserId, name: event.userName };
  const details = { user: event.userName, ...("address" in event && { address: event.address }) };
  return { name: event.name, ...(user !== undefined && { user }), details };
}

import type { Clock } from "@yagura/std/clock.ts";
import type { UserId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Db } from "./db/database.ts";
import type { Permit } from "./domain/user/permits.ts";
import type { ObjectRef } from "./domain/user/user.ts";
import type { Hosts } from "./hosts/hosts.ts";
import type { SagaDeps } from "./sagas/deps.ts";
import type { Sagas } from "./sagas/engine/sagas.ts";

/** Who asks. */
export interface Actor {
  /** None: the system itself. */
  readonly userId?: UserId;
  /** "admin@internal", for events. */
  readonly name: string;
  readonly isAdministrator: boolean;
}

/** The running parts of the Manager that operations need. Made once, in `world.ts`. */
export interface Services {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly hosts: Hosts;
  readonly sagas: Sagas<SagaDeps>;
  /** Lets background tasks look at once instead of at their next time. */
  wake(task: string): void;
}

/** The first argument of every operation: who asks, in which request, and what it may use. */
export interface OpContext extends Services {
  readonly actor: Actor;
  /** Given by the client, or made for the request; ties jobs, events and logs together. */
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /**
   * @throws NotFound when the actor may not even see the object; NotAllowed when he may not do this to it.
   */
  authorize(permit: Permit | "see", object: ObjectRef): Promise<void>;
}

/** The context of what the system does by itself: it may do everything. */
export function systemContext(
  services: Services,
  { correlationId, signal }: { readonly correlationId: string; readonly signal: AbortSignal },
): OpContext {
  return {
    ...services,
    actor: { name: "the system", isAdministrator: true },
    correlationId,
    signal,
    log: services.log.with({ correlationId }),
    authorize: () => Promise.resolve(),
  };
}

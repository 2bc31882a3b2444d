import type { Host, LeaseOwner } from "@yagura/sanlock";

/** What is known of a lease's owner at one moment: `undefined` when the lockspace cannot be asked. */
export type OwnerSight = Pick<Host, "hostId" | "generation" | "timestampSeconds" | "status"> | undefined;

/**
 * So many renewals must be seen before an owner counts as alive: the first that we see may have been written before it fell
 * silent, and been read by our daemon since.
 */
const RENEWALS_OF_A_LIVING_OWNER = 2;

/** Finds out by its renewals whether the owner of a lease lives. Pure: time is what the daemon saw. */
export class OwnerWatch {
  #last: string | undefined;
  #renewals = 0;

  /** True when the owner is alive beyond doubt. */
  see(owner: LeaseOwner, sight: OwnerSight): boolean {
    if (sight === undefined || sight.generation !== owner.generation || sight.status !== "live") return false;
    const seen = `${owner.hostId}/${owner.generation}/${sight.timestampSeconds}`;
    const isSameOwner = this.#last?.startsWith(`${owner.hostId}/${owner.generation}/`) ?? false;
    if (this.#last !== undefined && !isSameOwner) this.#renewals = 0;
    else if (this.#last !== undefined && seen !== this.#last) this.#renewals += 1;
    this.#last = seen;
    return this.#renewals >= RENEWALS_OF_A_LIVING_OWNER;
  }
}

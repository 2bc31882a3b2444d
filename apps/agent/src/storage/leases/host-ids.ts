import type { Sanlock } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { StorageError } from "../errors.ts";
import type { DomainLeases } from "./domain-leases.ts";
import { HostMembership } from "./host-membership.ts";

interface HostIdsWorld {
  readonly sanlock: Sanlock;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * This host's membership in the lockspaces of the domains that it uses. Each is joined and kept on its own, so that slow
 * storage delays nobody else; it stays joined when the agent ends, because leases of guests need it.
 */
export class HostIds {
  readonly #members = new Map<StorageDomainId, HostMembership>();
  readonly #world: HostIdsWorld;

  constructor(world: HostIdsWorld) {
    this.#world = world;
  }

  /** Begins to join and returns; what fails is tried again for as long as the domain is wanted. Repeating is harmless. */
  join(leases: DomainLeases, hostNumber: number): void {
    const known = this.#members.get(leases.domainId);
    if (known?.isFor(leases, hostNumber)) return;
    known?.stop();
    this.#members.set(leases.domainId, new HostMembership({ ...this.#world, leases, hostNumber }));
  }

  isAcquired(domainId: StorageDomainId): boolean {
    return this.#members.get(domainId)?.isJoined ?? false;
  }

  /** Why not, for people; `undefined` when it is acquired or nothing went wrong yet. */
  whyNot(domainId: StorageDomainId): unknown {
    return this.#members.get(domainId)?.trouble;
  }

  /**
   * Resolves when this host is a member. Waits as long as joining takes after an unclean end.
   * @throws StorageError 661 with what keeps it from joining
   */
  async wait(leases: DomainLeases, signal?: AbortSignal): Promise<void> {
    const member = this.#members.get(leases.domainId);
    if (member === undefined) {
      throw new StorageError(
        "AcquireHostIdFailure",
        `this host does not use domain ${leases.domainId}: activate it first`,
      );
    }
    await member.wait(signal);
  }

  /**
   * Leaves the lockspace and frees the host id.
   * @throws StorageError 662 while a guest or a job of this host holds a lease there
   */
  async leave(domainId: StorageDomainId): Promise<void> {
    const member = this.#members.get(domainId);
    if (member === undefined) return;
    this.#members.delete(domainId);
    try {
      await member.leave();
    } catch (error) {
      // It is still a member, and goes on being one.
      if (!this.#members.has(domainId)) this.join(member.leases, member.hostNumber);
      throw error;
    }
  }

  /** Stops looking after the memberships, which go on. */
  async close(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const member of members) member.stop();
    await Promise.all(members.map(({ ended }) => ended));
  }
}

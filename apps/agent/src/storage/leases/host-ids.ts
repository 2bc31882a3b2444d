import type { Sanlock } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { StorageError } from "../errors.ts";
import type { DomainLeases } from "./domain-leases.ts";
import { HostMembership } from "./host-membership.ts";

interface HostIdsWorld {
  readonly sanlock: Sanlock;
  readonly clock: Clock;
  readonly log: Log;
  /** How long it takes the daemon at most to act on what a process before this one asked; by default 2 s. */
  readonly unseenMs?: number;
}

/** The daemon looks each second whether it was asked to leave a lockspace, and until then says that it is a member. */
const UNSEEN_MS = 2_000;

/** Asks the storage where a domain's lockspace is; `undefined` for a domain that has none. */
export type FindLeases = () => Promise<DomainLeases | undefined>;

/**
 * This host's membership in the lockspaces of the domains that it uses. Each is joined and kept on its own, so that slow
 * storage delays nobody else; it stays joined when the agent ends, because leases of guests need it.
 */
export class HostIds {
  readonly #members = new Map<StorageDomainId, HostMembership>();
  /** What is being left. */
  readonly #leaving = new Map<StorageDomainId, Promise<void>>();
  /** What just acquires leases. */
  readonly #acquiring = new Map<StorageDomainId, Set<Promise<unknown>>>();
  readonly #world: HostIdsWorld;
  /** From when on what the daemon says of memberships that this process did not begin is true. */
  readonly #isTrueAtMs: number;

  constructor(world: HostIdsWorld) {
    this.#world = world;
    this.#isTrueAtMs = world.clock.monotonicMs() + (world.unseenMs ?? UNSEEN_MS);
  }

  /** Begins to join and returns; what fails is tried again for as long as the domain is wanted. Repeating is harmless. */
  join(domainId: StorageDomainId, hostNumber: number, findLeases: FindLeases): void {
    const known = this.#members.get(domainId);
    if (known?.hostNumber === hostNumber) return;
    known?.stop();
    const after = this.#leaving.get(domainId) ?? known?.ended ?? Promise.resolve();
    const isTrueAtMs = this.#isTrueAtMs;
    const options = { ...this.#world, domainId, hostNumber, findLeases, after, isTrueAtMs };
    this.#members.set(domainId, new HostMembership(options));
  }

  /** Always true of a domain that no other host sees, once that is known. */
  isAcquired(domainId: StorageDomainId): boolean {
    return this.#members.get(domainId)?.isJoined ?? false;
  }

  /** The domains that are joined, or being joined. */
  list(): StorageDomainId[] {
    return [...this.#members.keys()];
  }

  /**
   * Resolves when this host is a member. Waits as long as joining takes after an unclean end.
   * @throws StorageError 661 with what keeps it from joining
   */
  async wait(domainId: StorageDomainId, signal?: AbortSignal): Promise<void> {
    const member = this.#members.get(domainId);
    if (member === undefined) {
      throw new StorageError("AcquireHostIdFailure", `this host does not use domain ${domainId}: activate it first`);
    }
    await member.wait(signal);
  }

  /**
   * Acquires leases in these domains, none of which is left meanwhile: for up to a second after the daemon was told to leave a
   * lockspace it gives leases in it, and then kills whoever has one.
   * @throws StorageError 661 where this host is not a member, or not any more
   */
  async acquireIn<Result>(domainIds: readonly StorageDomainId[], acquire: () => Promise<Result>): Promise<Result> {
    for (const domainId of domainIds) {
      if (this.isAcquired(domainId)) continue;
      const text = `this host has no host id in domain ${domainId} at present`;
      throw new StorageError("AcquireHostIdFailure", text, { cause: this.#members.get(domainId)?.trouble });
    }
    const work = acquire();
    const concerned = domainIds.map((domainId) => this.#acquiringIn(domainId));
    for (const one of concerned) one.add(work);
    try {
      return await work;
    } finally {
      for (const one of concerned) one.delete(work);
    }
  }

  /**
   * Leaves the lockspace and frees the host id. What is asked meanwhile is joined afterwards.
   * @throws StorageError 662 while a guest or a job of this host holds a lease there
   */
  async leave(domainId: StorageDomainId): Promise<void> {
    const member = this.#members.get(domainId);
    if (member === undefined) return this.#leaving.get(domainId);
    this.#members.delete(domainId);
    const left = Promise.allSettled(this.#acquiringIn(domainId)).then(() => member.leave());
    this.#leaving.set(domainId, left);
    try {
      await left;
    } catch (error) {
      // It is a member still, and has to be looked after.
      if (!this.#members.has(domainId)) this.#members.set(domainId, member.again());
      throw error;
    } finally {
      if (this.#leaving.get(domainId) === left) this.#leaving.delete(domainId);
    }
  }

  /** Begins to leave; the log tells when that is not possible. */
  leaveSoon(domainId: StorageDomainId): void {
    this.leave(domainId).catch((error: unknown) => {
      this.#world.log.warn("this host stays in the lockspace of a domain that it does not use any more", {
        domainId,
        error: describeError(error),
      });
    });
  }

  /** Stops looking after the memberships, which go on. */
  async close(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const member of members) member.stop();
    await Promise.all(members.map(({ ended }) => ended));
  }

  #acquiringIn(domainId: StorageDomainId): Set<Promise<unknown>> {
    const present = this.#acquiring.get(domainId) ?? new Set();
    this.#acquiring.set(domainId, present);
    return present;
  }
}

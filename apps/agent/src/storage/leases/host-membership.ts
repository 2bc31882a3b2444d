import { CannotReachSanlock, type JoinOutcome, type Lockspace, type Sanlock, SanlockError } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { StorageError } from "../errors.ts";
import type { DomainLeases } from "./domain-leases.ts";

interface MembershipOptions {
  readonly sanlock: Sanlock;
  readonly clock: Clock;
  readonly log: Log;
  readonly domainId: StorageDomainId;
  readonly hostNumber: number;
  /** Asks the storage where the lockspace is; `undefined` for a domain that has none. */
  findLeases(): Promise<DomainLeases | undefined>;
  /** What has to have ended, well or not, before anything is begun: leaving the same lockspace. */
  readonly after: Promise<unknown>;
  /**
   * On the monotonic clock: before, a membership that was there already may be one that a process before us asked to leave. Who
   * acquires a lease in it then is killed.
   */
  readonly isTrueAtMs: number;
}

/** How often a member asks whether it still is one, and a stranger tries again. */
const LOOK_MS = 5_000;
/** Freeing the id is one write; storage that takes longer is left to find out by itself, and others do not wait for it. */
const LEAVE_MS = 10_000;
/** What a domain's metadata need at most, where its mount is dead. */
const FIND_MS = 60_000;
/** As vdsm waits at an io_timeout of 10 s: joining after an unclean end takes 8 of them and the watchdog's minute, and some room. */
const WAIT_MS_PER_IO_TIMEOUT_SECOND = 12_000;
const WATCHDOG_MS = 60_000;
const IO_TIMEOUT_MAX_SECONDS = 10;

/** Being a member of one lockspace: joins, looks whether it still is, joins again. */
export class HostMembership {
  readonly hostNumber: number;
  /** Resolves when nothing looks after it any more. */
  readonly ended: Promise<void>;
  readonly #options: MembershipOptions;
  readonly #stop = new AbortController();
  #joined = Promise.withResolvers<void>();
  #leases: DomainLeases | undefined;
  #isJoined = false;
  #trouble: unknown;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.hostNumber = options.hostNumber;
    this.ended = this.#keep();
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** What went wrong at the last attempt. */
  get trouble(): unknown {
    return this.#trouble;
  }

  stop(): void {
    this.#stop.abort(new Error("this host does not use the domain any more"));
  }

  /** One that looks after the same membership, when this one was stopped. */
  again(): HostMembership {
    return new HostMembership({ ...this.#options, isTrueAtMs: 0 });
  }

  /** @throws StorageError 661 */
  async wait(signal?: AbortSignal): Promise<void> {
    if (this.#isJoined) return;
    const { clock } = this.#options;
    const enough = new AbortController();
    const ioTimeoutSeconds = this.#leases?.ioTimeoutSeconds ?? IO_TIMEOUT_MAX_SECONDS;
    const timeoutMs = ioTimeoutSeconds * WAIT_MS_PER_IO_TIMEOUT_SECOND + WATCHDOG_MS;
    const until = AbortSignal.any([enough.signal, this.#stop.signal, ...(signal === undefined ? [] : [signal])]);
    const timedOut = clock.sleep(timeoutMs, until).then(() => {
      throw this.#failure(`after ${timeoutMs / 1000} s`);
    });
    try {
      await Promise.race([this.#joined.promise, timedOut]);
    } finally {
      enough.abort();
      timedOut.catch(() => undefined);
    }
  }

  /** @throws StorageError 662 */
  async leave(): Promise<void> {
    this.stop();
    await this.ended;
    if (this.#leases === undefined) return;
    const { sanlock, log, domainId } = this.#options;
    try {
      const outcome = await sanlock.removeLockspace(this.#self(this.#leases), {
        onlyIfUnused: true,
        timeoutMs: LEAVE_MS,
      });
      if (outcome === "in-use") {
        throw new StorageError(
          "ReleaseHostIdFailure",
          `cannot leave domain ${domainId}: a guest or a job of this host holds a lease there`,
        );
      }
      this.#isJoined = false;
    } catch (error) {
      if (error instanceof StorageError) throw error;
      // Storage that cannot be written to keeps nobody from doing without it; the daemon gives up by itself.
      log.warn("the host id of a domain could not be given back", { domainId, error: describeError(error) });
    }
  }

  async #keep(): Promise<void> {
    const { clock, after } = this.#options;
    const { signal } = this.#stop;
    await after.catch(() => undefined);
    while (!signal.aborted) {
      try {
        if (this.#isJoined) await this.#look();
        else await this.#join();
        if (this.#isJoined && this.#leases === undefined) return;
      } catch (error) {
        this.#note(error);
      }
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  async #join(): Promise<void> {
    const { sanlock, domainId, hostNumber, findLeases } = this.#options;
    const { signal } = this.#stop;
    const leases = await withDeadline(`finding the leases of domain ${domainId}`, FIND_MS, findLeases, signal);
    this.#leases = leases;
    // Where no other host sees the domain, there is nobody to tell.
    if (leases === undefined) return this.#becomeJoined();
    const { ioTimeoutSeconds } = leases;
    const self = this.#self(leases);
    await this.#leaveAsAnother(self, ioTimeoutSeconds);
    const add = (): Promise<JoinOutcome> => sanlock.addLockspace(self, { ioTimeoutSeconds, signal });
    let outcome = await add();
    if (outcome === "already-joined" && (await this.#waitUntilTrue())) outcome = await add();
    // Somebody before us, this agent's former process perhaps, began it.
    while (outcome === "joining") outcome = await this.#askAgain(self);
    if (outcome === "host-id-taken") {
      throw new StorageError(
        "AcquireHostIdFailure",
        `another living host uses the host id ${hostNumber} in domain ${domainId}: two hosts of one data center must not have the same number`,
      );
    }
    if (outcome === "leaving") throw new Error("this host is just leaving the lockspace");
    this.#becomeJoined();
  }

  /** A membership under another id, at another place or with another clock is left, or it would be taken for this one. */
  async #leaveAsAnother(self: Lockspace, ioTimeoutSeconds: number): Promise<void> {
    const { sanlock, log, domainId } = this.#options;
    const { signal } = this.#stop;
    const present = (await sanlock.listLockspaces({ signal })).find(({ name }) => name === self.name);
    if (present === undefined) return;
    const isSamePlace = present.hostId === self.hostId && present.path === self.path;
    const stored = isSamePlace ? await sanlock.readLockspace(self, { signal }) : undefined;
    if (isSamePlace && (stored === undefined || stored.ioTimeoutSeconds === ioTimeoutSeconds)) return;
    log.warn("this host is a member of a domain in another way than now wanted, and leaves it first", {
      domainId,
      hostNumber: present.hostId,
      path: present.path,
      ...(stored !== undefined && { ioTimeoutSeconds: stored.ioTimeoutSeconds }),
    });
    if ((await sanlock.removeLockspace(present, { onlyIfUnused: true })) === "in-use") {
      throw new StorageError(
        "AcquireHostIdFailure",
        `this host is a member of domain ${domainId} as host ${present.hostId}, and a guest or a job of it holds a lease there`,
      );
    }
  }

  async #askAgain(self: Lockspace): Promise<JoinOutcome> {
    const { sanlock, clock } = this.#options;
    await clock.sleep(1_000, this.#stop.signal);
    const membership = await sanlock.inquireLockspace(self, { signal: this.#stop.signal });
    return membership === "joined" ? "joined" : membership === "changing" ? "joining" : "leaving";
  }

  /** True if it had to wait. */
  async #waitUntilTrue(): Promise<boolean> {
    const { clock, isTrueAtMs } = this.#options;
    const leftMs = isTrueAtMs - clock.monotonicMs();
    if (leftMs > 0) await clock.sleep(leftMs, this.#stop.signal);
    return leftMs > 0;
  }

  async #look(): Promise<void> {
    if (this.#leases === undefined) return;
    const { sanlock, log, domainId, hostNumber } = this.#options;
    const self = this.#self(this.#leases);
    if ((await sanlock.inquireLockspace(self, { signal: this.#stop.signal })) === "joined") return;
    this.#isJoined = false;
    this.#joined = Promise.withResolvers<void>();
    log.error("this host lost its host id in a domain, and tries to get it again", { domainId, hostNumber });
    await this.#join();
  }

  #self({ lockspace }: DomainLeases): Lockspace {
    return { ...lockspace, hostId: this.hostNumber };
  }

  #becomeJoined(): void {
    this.#isJoined = true;
    this.#trouble = undefined;
    this.#joined.resolve();
    if (this.#leases === undefined) return;
    this.#options.log.info("this host has its host id in a domain", {
      domainId: this.#options.domainId,
      hostNumber: this.hostNumber,
    });
  }

  #note(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const explained = explain(error);
    const text = describeError(explained);
    if (text !== describeError(this.#trouble)) {
      this.#options.log.warn("a host id could not be acquired; trying again", {
        domainId: this.#options.domainId,
        hostNumber: this.hostNumber,
        error: text,
      });
    }
    this.#trouble = explained;
  }

  #failure(how: string): StorageError {
    const what = `this host has no host id ${this.hostNumber} in domain ${this.#options.domainId} ${how}`;
    return new StorageError("AcquireHostIdFailure", what, { cause: this.#trouble });
  }
}

/** What the daemon says of files that it cannot open. */
const cannotOpen = new Set(["EACCES", "EPERM", "ENODEV"]);

/** Adds what to do about it, where that is known. */
function explain(error: unknown): unknown {
  if (error instanceof CannotReachSanlock) {
    return new StorageError(
      "AcquireHostIdFailure",
      "shared storage needs the sanlock daemon, which does not answer; start it",
      {
        cause: error,
      },
    );
  }
  if (error instanceof SanlockError && cannotOpen.has(error.codeName)) {
    return new StorageError(
      "AcquireHostIdFailure",
      "the sanlock daemon may not open the domain's ids file: its user must be in the group with the id 36 (usermod -aG), and the daemon restarted",
      { cause: error },
    );
  }
  return error;
}

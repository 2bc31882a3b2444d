/**
 * The one owner of this process's registration with sanlock. The daemon ties leases to it: when it is lost while anything
 * is held, what was held may be somebody else's already, and this process ends at once. docs/decisions/0007-shared-storage.md
 */
import type {
  AcquireOutcome,
  HeldLease,
  LeaseHolder,
  LeaseName,
  LeasesLost,
  Sanlock,
  WantedLease,
} from "@yagura/sanlock";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";

/** Ends this process at once and for good: nothing that it began may go on. */
export type EndProcess = (because: string) => void;

interface ProcessLeasesOptions {
  readonly sanlock: Sanlock;
  readonly endProcess: EndProcess;
  readonly log: Log;
}

/**
 * What the daemon does instead of SIGTERM: there is no tidy way to end when a lease may belong to somebody else. The pid is
 * spelled out: sanlock 3.8.5 does not add it when another host asks for the lease.
 */
const killPath = { path: "/bin/kill", args: `-KILL ${process.pid}` };

export class ProcessLeases {
  readonly #options: ProcessLeasesOptions;
  #registration: Promise<LeaseHolder> | undefined;

  constructor(options: ProcessLeasesOptions) {
    this.#options = options;
  }

  /**
   * Acquires all of these, at most 8, or none; never waits for an owner who may be dead: everything else this process asks
   * of its leases would wait too. Registers first if nobody has: a host without shared storage needs no daemon.
   * @throws CannotReachSanlock, SanlockError, SanlockConnectionLost, DeadlineExceeded
   */
  async tryAcquire(wanted: readonly WantedLease[]): Promise<AcquireOutcome> {
    const holder = await this.#register();
    try {
      return await holder.acquire(wanted, { waitForDeadOwner: false });
    } catch (error) {
      await this.#giveBackUnknown(holder, wanted, error);
      throw error;
    }
  }

  /** @throws SanlockError, SanlockConnectionLost, DeadlineExceeded */
  async release(leases: readonly LeaseName[]): Promise<void> {
    await (await this.#register()).release(leases);
  }

  async inquire(): Promise<readonly HeldLease[]> {
    return this.#registration === undefined ? [] : (await this.#registration).inquire();
  }

  /** Releases everything. What fails here leaves the leases to the end of the process. */
  async close(): Promise<void> {
    const registration = this.#registration;
    this.#registration = undefined;
    await (await registration?.catch(() => undefined))?.close();
  }

  #register(): Promise<LeaseHolder> {
    this.#registration ??= this.#open();
    return this.#registration;
  }

  async #open(): Promise<LeaseHolder> {
    const { sanlock } = this.#options;
    try {
      const holder = await sanlock.register({ processName: "yagura-agent", onLost: (loss) => this.#lost(loss) });
      // Either of the two would do: the first where the daemon signals by itself, the second where it is asked for a program.
      await holder.restrict("sigterm");
      await holder.setKillPath(killPath);
      return holder;
    } catch (error) {
      // The daemon may come up later.
      this.#registration = undefined;
      throw error;
    }
  }

  #lost({ mayHaveHeld, cause }: LeasesLost): void {
    const { endProcess, log } = this.#options;
    this.#registration = undefined;
    if (mayHaveHeld.length === 0) {
      log.warn("sanlock has gone away; nothing was held", { error: describeError(cause) });
      return;
    }
    const names = mayHaveHeld.map(({ lockspace, name }) => `${name} of ${lockspace}`).join(", ");
    endProcess(`the connection to sanlock was lost while it held ${names}`);
  }

  /** After an answer that never came, the lease may be ours: it must not stay so without anybody knowing. */
  async #giveBackUnknown(holder: LeaseHolder, wanted: readonly WantedLease[], error: unknown): Promise<void> {
    const unknown = wanted.filter(({ lockspace, name }) =>
      holder.mayHold.some((held) => held.lockspace === lockspace && held.name === name),
    );
    if (unknown.length === 0) return;
    const { log } = this.#options;
    log.error("whether leases were acquired is unknown; they are given back", { error: describeError(error) });
    await holder.release(unknown).catch((cause: unknown) => {
      log.error("leases could not be given back", { error: describeError(cause) });
    });
  }
}

import { AgentFault } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import { holderOf, type LeaseSession, renewalMs } from "./leases.ts";
import type { SimulatedPool } from "./storage.ts";
import type { Tasks } from "./tasks.ts";

export interface SpmRoleOptions {
  readonly hostId: string;
  readonly clock: Clock;
  readonly tasks: Tasks;
  /** The host in the lockspace, now. */
  readonly session: () => LeaseSession;
  /** Whether it can read and write the master domain. */
  readonly reaches: (pool: SimulatedPool) => boolean;
}

const lookMs = 20;

/** What this host is to the storage of its pool: nobody, about to be its manager, or its manager. */
export class SpmRole {
  readonly #options: SpmRoleOptions;
  #state: "Free" | "Contend" | "SPM" = "Free";
  #epoch = -1;

  constructor(options: SpmRoleOptions) {
    this.#options = options;
  }

  get state(): "Free" | "Contend" | "SPM" {
    return this.#state;
  }

  /** The version of the lease under which it has the role; -1 without. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Returns the task that ends when this host is SPM, or is refused because another one is alive. */
  start(pool: SimulatedPool, number: number): string {
    const { tasks, hostId, session } = this.#options;
    if (this.#state === "Free") this.#state = "Contend";
    const acquire = (): void => {
      if (this.#state === "SPM") return;
      this.#state = "Free";
      this.#refuseTaken(pool);
      pool.spm = { hostId, number, session: session() };
      // The lock of a local directory has no versions.
      if (pool.leaseMs > 0) pool.spmVersion += 1;
      this.#epoch = pool.spmVersion;
      this.#state = "SPM";
    };
    return tasks.start("spmStart", acquire, (signal) => this.#contend(pool, signal));
  }

  stop(pool: SimulatedPool): void {
    this.release(pool);
    this.forget();
  }

  /** Gives the lease back, as sanlock does when the process that holds it ends. */
  release(pool: SimulatedPool): void {
    if (pool.spm?.session === this.#options.session()) pool.spm = undefined;
  }

  /** The process ends: it is nothing any more. The lease, if it still stands, is somebody else's business. */
  forget(): void {
    this.#state = "Free";
    this.#epoch = -1;
  }

  /** Until the lease can be had, or it is clear that it cannot. */
  async #contend(pool: SimulatedPool, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    for (;;) {
      const holder = this.#otherHolder(pool);
      if (holder === undefined || !this.#options.reaches(pool)) return;
      const isAlive = holder.session.stoppedAtMs === undefined;
      if (isAlive && clock.monotonicMs() - startedMs >= renewalMs(pool)) return;
      await clock.sleep(lookMs, signal);
    }
  }

  #refuseTaken(pool: SimulatedPool): void {
    const holder = this.#otherHolder(pool);
    if (holder === undefined && this.#options.reaches(pool)) return;
    throw new AgentFault(
      "AcquireLockFailure",
      holder === undefined ? "cannot read the lease" : `host ${holder.number}`,
    );
  }

  #otherHolder(pool: SimulatedPool) {
    const holder = holderOf(pool, this.#options.clock.monotonicMs());
    return holder?.session === this.#options.session() ? undefined : holder;
  }
}

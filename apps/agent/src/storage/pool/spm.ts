import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { SpmStatus } from "../contract/pools.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { EndProcess } from "../leases/process-leases.ts";
import { inTime } from "./in-time.ts";
import type { HeldSpmLock, SpmLock } from "./spm-lock.ts";
import { SpmTerm } from "./spm-term.ts";
import { type GivesUpSilent, withoutSilent } from "./without-silent.ts";

interface SpmOptions extends GivesUpSilent {
  readonly poolId: PoolId;
  readonly lock: SpmLock;
  /** The role was lost, not given back: whatever works for it has to be aborted. */
  onLost(): void;
  readonly endProcess: EndProcess;
  /** Resolves when no process that was killed while it wrote is left. */
  whenWritersDead(): Promise<void>;
  readonly log: Log;
}

export interface Candidacy {
  readonly master: StorageDomain;
  readonly hostNumber: number;
  readonly signal: AbortSignal;
  onProgress(message: string): void;
  /** Puts right what was left unfinished; only then others may write. */
  takeOver(term: SpmTerm): Promise<void>;
}

/** Effects of a term that ended are killed; what is not dead then never will be. */
const WRITERS_MS = 30_000;
const RELEASE_MS = 60_000;
/** Each takes some milliseconds; more handovers than this are between two masters rarely. */
const ACQUIRES_MAX = 500;

/** The SPM role of one pool on this host: becoming it, noticing its loss, giving it back. */
export class Spm {
  #state: "Free" | "Contend" | "SPM" = "Free";
  #isStopping = false;
  #lock: HeldSpmLock | undefined;
  #term: SpmTerm | undefined;
  #candidacy: { readonly abort: AbortController; readonly work: Promise<void> } | undefined;
  readonly #options: SpmOptions;

  constructor(options: SpmOptions) {
    this.#options = options;
  }

  get isFree(): boolean {
    return this.#state === "Free";
  }

  get state(): SpmStatus["status"] {
    return this.#state;
  }

  /** The lease that this host holds; also while it takes over or gives back. */
  get term(): SpmTerm | undefined {
    return this.#term;
  }

  /**
   * The term in which something may be begun now.
   * @param epoch the one that the caller means; without it, whichever there is
   * @throws StorageError 654 when this host is not the SPM, or not of that epoch
   */
  guard(epoch?: number): SpmTerm {
    const { poolId } = this.#options;
    if (this.#state !== "SPM" || this.#isStopping || this.#term === undefined) {
      throw new StorageError("NotSpm", `this host is not the SPM of pool ${poolId}`);
    }
    this.#term.check();
    if (epoch !== undefined && epoch !== this.#term.epoch) {
      throw new StorageError(
        "NotSpm",
        `this was meant for epoch ${epoch} of the SPM of pool ${poolId}; this host is its SPM in epoch ${this.#term.epoch}`,
      );
    }
    return this.#term;
  }

  /** Contends for the lease, takes over, is the SPM. One that is it already is left alone; one that contends is joined. */
  async start(candidacy: Candidacy): Promise<void> {
    if (this.#isStopping) throw new StorageError("SpmStartError", "this host is just giving the SPM role back");
    if (this.#candidacy !== undefined) return this.#candidacy.work;
    if (this.#state !== "Free") return;
    this.#state = "Contend";
    const abort = new AbortController();
    const work = this.#stand({ ...candidacy, signal: AbortSignal.any([candidacy.signal, abort.signal]) });
    this.#candidacy = { abort, work };
    try {
      await work;
    } finally {
      this.#candidacy = undefined;
    }
  }

  /**
   * Gives the role back: nothing new is begun, what runs is ended by `endTasks`, the last writer is gone, and only then the
   * lease is free. What fails there ends the process: the lease must outlive every writer.
   */
  async stop(endTasks: () => Promise<void>): Promise<void> {
    if (this.#isStopping) throw new StorageError("SpmStopError", "this host is just giving the SPM role back");
    this.#isStopping = true;
    try {
      this.#candidacy?.abort.abort(new StorageError("TaskAborted", "this host gives up becoming the SPM"));
      await this.#candidacy?.work.catch(() => undefined);
      await endTasks();
      this.#term?.end("this host gives the SPM role back");
      await this.#giveBack("the SPM role could not be given back");
    } finally {
      this.#isStopping = false;
    }
  }

  /**
   * Goes on being SPM under the lease of another master. Nothing new is begun meanwhile.
   * @param move does what has to be done while both leases are held; when it fails everything is as before
   */
  async move(
    to: Omit<Candidacy, "takeOver">,
    move: (terms: { readonly before: SpmTerm; readonly next: SpmTerm }) => Promise<void>,
  ): Promise<void> {
    const { lock, poolId, log } = this.#options;
    const before = this.guard();
    const former = this.#lock;
    this.#isStopping = true;
    try {
      const held = await acquireLater(lock, to, before.epoch);
      const next = new SpmTerm(poolId, held.epoch);
      try {
        await move({ before, next });
        // Lost meanwhile: the role is gone, and must not be half here.
        before.check();
      } catch (cause) {
        next.end("the master did not move");
        await this.#release(next, held, "the lease of a domain that did not become master could not be given back");
        throw cause;
      }
      this.#lock = held;
      this.#term = next;
      this.#watch(held, next);
      before.end("the master moved");
      await this.#release(before, former, "the lease of the former master could not be given back");
      log.info("this host is the SPM under another master now", { poolId, epoch: held.epoch });
    } finally {
      this.#isStopping = false;
    }
  }

  async #stand(candidacy: Candidacy): Promise<void> {
    try {
      await this.#contend(candidacy);
    } catch (cause) {
      this.#term?.end("this host did not become the SPM");
      await this.#giveBack("this host could not become the SPM and could not give the lease back");
      throw cause;
    }
  }

  async #contend({ master, hostNumber, signal, onProgress, takeOver }: Candidacy): Promise<void> {
    const { lock, log, poolId } = this.#options;
    const held = await lock.acquire(master, { hostNumber, signal, onProgress });
    const term = new SpmTerm(poolId, held.epoch);
    this.#lock = held;
    this.#term = term;
    this.#watch(held, term);
    signal.throwIfAborted();
    onProgress("settling what was left unfinished");
    await takeOver(term);
    // The lock may have been lost meanwhile.
    term.check();
    signal.throwIfAborted();
    this.#state = "SPM";
    log.info("this host is the SPM now", { poolId, domainId: master.domainId, epoch: held.epoch });
  }

  async #giveBack(failure: string): Promise<void> {
    const lock = this.#lock;
    // From here on its end is no loss.
    this.#lock = undefined;
    await this.#release(this.#term, lock, failure);
    this.#becomeFree();
  }

  /** Gives a lease back when nothing of its term is under way; what cannot be proved ends the process. */
  async #release(term: SpmTerm | undefined, lock: HeldSpmLock | undefined, failure: string): Promise<void> {
    try {
      if (term !== undefined) await inTime("the end of the last writer", WRITERS_MS, this.#whenQuiet(term));
      if (lock !== undefined) await inTime("giving the lease back", RELEASE_MS, lock.release());
    } catch (cause) {
      this.#options.endProcess(`${failure}: ${describeError(cause)}`);
      throw new StorageError("SpmStopError", failure, { cause });
    }
  }

  /** An effect that got no answer may be going on in a process that does not die. */
  async #whenQuiet(term: SpmTerm): Promise<void> {
    await withoutSilent(this.#options, term.whenIdle());
    await this.#options.whenWritersDead();
  }

  #becomeFree(): void {
    this.#lock = undefined;
    this.#term = undefined;
    this.#state = "Free";
  }

  #watch(lock: HeldSpmLock, term: SpmTerm): void {
    // Nobody waits for this: it ends with the lock.
    void lock.ended.then(() => {
      if (this.#lock !== lock) return;
      term.end("the SPM's lock was lost");
      this.#becomeFree();
      this.#options.log.error("the SPM's lock was lost; all tasks of the pool are stopped", {
        poolId: this.#options.poolId,
      });
      this.#options.onLost();
    });
  }
}

/** Acquires a lease with an epoch after another one: what was meant for the other must not fit this one by chance. */
async function acquireLater(
  lock: SpmLock,
  { master, ...contention }: Omit<Candidacy, "takeOver">,
  after: number,
): Promise<HeldSpmLock> {
  for (let attempt = 0; ; attempt++) {
    const held = await lock.acquire(master, contention);
    // A local lock has no versions.
    if (held.epoch > after || held.epoch === 0 || attempt === ACQUIRES_MAX) return held;
    await held.release();
  }
}

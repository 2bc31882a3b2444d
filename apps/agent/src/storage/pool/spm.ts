import type { Log } from "@yagura/std/log.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { SpmStatus } from "../storage.ts";
import type { HeldLock } from "../tools/hold-file-lock.ts";
import type { AcquireSpmLock } from "./local-lock.ts";

/** As vdsm says it of a lock without versions. */
const LOCAL_LEASE_VERSION = 0;
const nobody = { leaseVersion: -1, hostNumber: -1 };

/** The SPM role of one pool on this host: becoming it, noticing its loss, giving it back. */
export class Spm {
  #state: "Free" | "Contend" | "SPM" = "Free";
  #lock: HeldLock | undefined;
  readonly #acquire: AcquireSpmLock;
  readonly #onLost: () => void;
  readonly #log: Log;

  constructor(options: { acquire: AcquireSpmLock; onLost(): void; log: Log }) {
    this.#acquire = options.acquire;
    this.#onLost = options.onLost;
    this.#log = options.log;
  }

  get isSpm(): boolean {
    return this.#state === "SPM";
  }

  get isFree(): boolean {
    return this.#state === "Free";
  }

  statusFor(hostNumber: number): SpmStatus {
    return this.isSpm
      ? { status: "SPM", leaseVersion: LOCAL_LEASE_VERSION, hostNumber }
      : { status: this.#state, ...nobody };
  }

  /** Takes the lock, then has `takeOver` put right what was left unfinished; only then others may write. */
  async start(master: StorageDomain, takeOver: () => Promise<void>): Promise<void> {
    if (this.#state !== "Free") return;
    this.#state = "Contend";
    try {
      this.#lock = await this.#acquire(master);
      this.#watch(this.#lock);
      await takeOver();
      // The lock may have been lost meanwhile.
      if (this.#lock === undefined) throw new Error("the lock was lost while the role was taken over");
      this.#state = "SPM";
      this.#log.info("this host is the SPM now, by a lock on the local domain's ids file", {
        domainId: master.domainId,
      });
    } catch (cause) {
      await this.stop();
      throw cause;
    }
  }

  /** Gives the role back. Whoever calls has made sure that nobody writes any more. */
  async stop(): Promise<void> {
    const lock = this.#lock;
    this.#state = "Free";
    this.#lock = undefined;
    await lock?.release();
  }

  #watch(lock: HeldLock): void {
    // Nobody waits for this: it ends with the lock.
    void lock.ended.then(() => {
      if (this.#lock !== lock) return;
      this.#lock = undefined;
      this.#state = "Free";
      this.#log.error("the SPM lock was lost: its process ended; all tasks of the pool are stopped");
      this.#onLost();
    });
  }
}

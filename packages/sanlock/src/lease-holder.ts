/**
 * The connection on which this process holds leases. The daemon ties them to the process that registered and to this
 * very connection: when either is gone, they are given to whoever comes. So there is one owner of it in a process, and
 * when it is lost while leases are held, whatever they protected may no longer be touched: the process has to end.
 */
import type { Socket } from "node:net";
import { withDeadline } from "@yagura/std/deadline.ts";
import { type AcquireOutcome, findRefusal } from "./acquire-outcome.ts";
import { type CallOptions, patience, type Question, requireDone } from "./ask.ts";
import { type ConnectionLoss, LeaseConnection } from "./lease-connection.ts";
import {
  type AcquireTerms,
  acquireQuestion,
  inquiry,
  type KillPath,
  killPathQuestion,
  LEASES_PER_CALL_MAX,
  releaseQuestion,
  restrictQuestion,
  type WantedLease,
} from "./lease-questions.ts";
import { dial } from "./open-socket.ts";
import { encodeRequest } from "./wire/header.ts";
import { decodeHeldLeases, type HeldLease } from "./wire/held-leases.ts";
import type { LeaseName } from "./wire/structs.ts";

export interface LeasesLost {
  /** What was held, and what was just being acquired: anything of this may have another owner from now on. */
  readonly mayHaveHeld: readonly LeaseName[];
  readonly cause: ConnectionLoss;
}

export interface RegisterOptions extends CallOptions {
  /** What people see in the daemon's status for this process; at most 47 bytes. */
  readonly processName?: string;
  /**
   * Called once, before anybody who waits is told, when the connection ends in another way than by `close`.
   * With something in `mayHaveHeld` the process must end at once, without writing another byte to the storage.
   */
  readonly onLost: (loss: LeasesLost) => void;
}

export interface AcquireOptions extends CallOptions, AcquireTerms {}

/** Made by `register`. Calls are sent one after the other: the daemon answers nothing else meanwhile. */
export class LeaseHolder implements AsyncDisposable {
  readonly #connection: LeaseConnection;
  readonly #processName: string;
  readonly #mayHold = new Map<string, LeaseName>();

  private constructor(socket: Socket, { processName = "yagura", onLost }: RegisterOptions) {
    this.#processName = processName;
    this.#connection = new LeaseConnection(socket, (cause) => onLost({ mayHaveHeld: this.mayHold, cause }));
  }

  /**
   * Registers this process with the daemon: leases acquired here are its own. Until something is held, the daemon
   * does nothing to it.
   * @throws CannotReachSanlock, SanlockError, SanlockConnectionLost
   */
  static async register(socketPath: string, options: RegisterOptions): Promise<LeaseHolder> {
    const { onLost, timeoutMs = patience.memoryMs, signal } = options;
    const socket = await withDeadline("reaching sanlock", timeoutMs, (until) => dial(socketPath, until), signal);
    let isRegistered = false;
    const tell = (loss: LeasesLost): void => void (isRegistered && onLost(loss));
    const holder = new LeaseHolder(socket, { ...options, onLost: tell });
    try {
      // It has no answer of its own; whether it worked is seen by the first question for a registered process.
      socket.write(encodeRequest("register"));
      await holder.inquire({ timeoutMs, ...(signal && { signal }) });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    isRegistered = true;
    return holder;
  }

  /** What is held, and what is being acquired, as far as this side knows. */
  get mayHold(): readonly LeaseName[] {
    return [...this.#mayHold.values()];
  }

  /**
   * Acquires all of these leases or none. A deadline or signal ends the waiting, not the acquiring: `inquire` afterwards
   * tells what came of it.
   * @throws SanlockError ENOSPC when the lockspace is not joined or fails; others for damaged or unreachable storage
   */
  async acquire(wanted: readonly WantedLease[], options: AcquireOptions = {}): Promise<AcquireOutcome> {
    const question = acquireQuestion(wanted, options, this.#processName);
    return this.#connection.inTurn(question, options, async () => {
      const before = new Set(this.#mayHold.keys());
      for (const lease of wanted) this.#mayHold.set(keyOf(lease), { lockspace: lease.lockspace, name: lease.name });
      const answer = await this.#connection.exchange(question);
      const { result: code } = answer.header;
      if (code < 0) for (const lease of wanted) if (!before.has(keyOf(lease))) this.#mayHold.delete(keyOf(lease));
      const refusal = findRefusal(code);
      if (refusal !== undefined) return refusal;
      requireDone(question, answer);
      const held = await this.#readHeld();
      return { is: "acquired", leases: held.filter((lease) => wanted.some((one) => keyOf(one) === keyOf(lease))) };
    });
  }

  /** Gives leases back. @throws SanlockError when one was not held, or when the storage could not be told yet */
  async release(leases: readonly LeaseName[], options: CallOptions = {}): Promise<void> {
    for (let at = 0; at < leases.length; at += LEASES_PER_CALL_MAX) {
      await this.#releaseSome(leases.slice(at, at + LEASES_PER_CALL_MAX), options);
    }
  }

  /** What this process holds, as the daemon knows it. @throws SanlockError */
  inquire(options: CallOptions = {}): Promise<readonly HeldLease[]> {
    return this.#connection.inTurn(inquiry, options, () => this.#readHeld());
  }

  /** Keeps the daemon from using one of its two signals on this process when a lockspace fails; it uses the other instead. @throws SanlockError */
  async restrict(without: "sigkill" | "sigterm", options: CallOptions = {}): Promise<void> {
    await this.#ask(restrictQuestion(without), options);
  }

  /** What the daemon runs, instead of SIGTERM, when this process must let go of its leases. @throws SanlockError */
  async setKillPath(program: KillPath, options: CallOptions = {}): Promise<void> {
    await this.#ask(killPathQuestion(program), options);
  }

  /** Releases everything, then ends the connection; `onLost` is not called. Does nothing the second time. @throws SanlockError */
  async close(): Promise<void> {
    if (!this.#connection.isOpen) return;
    await this.release(await this.inquire());
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #ask(question: Question, options: CallOptions): Promise<void> {
    const connection = this.#connection;
    await connection.inTurn(question, options, async () => requireDone(question, await connection.exchange(question)));
  }

  async #releaseSome(leases: readonly LeaseName[], options: CallOptions): Promise<void> {
    const question = releaseQuestion(leases);
    await this.#connection.inTurn(question, options, async () => {
      const answer = await this.#connection.exchange(question);
      if (answer.header.result < 0) await this.#readHeld();
      else for (const lease of leases) this.#mayHold.delete(keyOf(lease));
      requireDone(question, answer);
    });
  }

  async #readHeld(): Promise<readonly HeldLease[]> {
    const { header, body } = requireDone(inquiry, await this.#connection.exchange(inquiry));
    const held = this.#connection.decode(() => decodeHeldLeases(body, header.data2));
    this.#mayHold.clear();
    for (const lease of held) this.#mayHold.set(keyOf(lease), { lockspace: lease.lockspace, name: lease.name });
    return held;
  }
}

function keyOf({ lockspace, name }: LeaseName): string {
  return `${lockspace}:${name}`;
}

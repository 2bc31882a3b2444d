/**
 * The connection on which this process holds leases. The daemon ties them to the process that registered and to this
 * very connection: when either is gone, they are given to whoever comes. So there is one owner of it in a process, and
 * when it is lost while leases are held, whatever they protected may no longer be touched: the process has to end.
 */
import type { Socket } from "node:net";
import { withDeadline } from "@yagura/std/deadline.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { type CallOptions, checkAnswers, encodeQuestion, patience, type Question, requireDone } from "./ask.ts";
import { kernelErrors, nameOfCode, sanlockErrors } from "./error-codes.ts";
import { SanlockConnectionLost } from "./errors.ts";
import { dial } from "./open-socket.ts";
import { describe } from "./stored-leases.ts";
import { CannotEncode, SanlockProtocolError } from "./wire/errors.ts";
import { encodeRequest, THIS_CONNECTION } from "./wire/header.ts";
import { decodeHeldLeases, type HeldLease } from "./wire/held-leases.ts";
import { type Message, MessageReader } from "./wire/message-reader.ts";
import { StructWriter } from "./wire/struct-writer.ts";
import {
  encodeOwner,
  encodeResource,
  encodeResourceName,
  type LeaseName,
  type LeasePlace,
  resourceFlags,
} from "./wire/structs.ts";

/** The daemon reads no more in one request, and does not check it when it releases. */
const LEASES_PER_CALL_MAX = 8;
const HELPER_TEXT_BYTES = 128;
const acquireFlags = { withValue: 0x1, ownerNoWait: 0x8 } as const;
const restrictions = { sigkill: 0x2, sigterm: 0x4 } as const;
const KILL_PATH_WITH_PID = 0x1;

export interface LeasesLost {
  /** What was held, and what was just being acquired: anything of this may have another owner from now on. */
  readonly mayHaveHeld: readonly LeaseName[];
  readonly cause: SanlockConnectionLost | SanlockProtocolError;
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

export interface WantedLease extends LeasePlace {
  readonly isShared?: boolean;
  /** Only if the lease still has this version: nobody has held it since. */
  readonly version?: number;
}

export interface AcquireOptions extends CallOptions {
  /** False: refuses at once where an owner's time has to run out first. True (the default): waits for that, for minutes. */
  readonly waitForDeadOwner?: boolean;
  /** Reads the lease's value as well, and lets it be set. */
  readonly withValue?: boolean;
}

export type AcquireOutcome =
  | { readonly is: "acquired"; readonly leases: readonly HeldLease[] }
  | { readonly is: "refused"; readonly because: Refusal; readonly code: number; readonly codeName: string };

/**
 * "not-now": the daemon is just acquiring or letting go of it, shared owners are alive, or this process is about to be
 * killed because its lockspace failed: a later answer will be another one.
 */
export type Refusal = "held-by-another-host" | "held-on-this-host" | "another-version" | "not-now";

const refusals = new Map<number, Refusal>([
  [sanlockErrors.SANLK_ACQUIRE_IDLIVE, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OWNED, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OTHER, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OWNED_RETRY, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_SHRETRY, "held-by-another-host"],
  [sanlockErrors.SANLK_DBLOCK_MBAL, "held-by-another-host"],
  [sanlockErrors.SANLK_DBLOCK_LVER, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_LVER, "another-version"],
  [kernelErrors.EEXIST, "held-on-this-host"],
  [kernelErrors.EAGAIN, "not-now"],
  [kernelErrors.EBUSY, "not-now"],
]);

/** Made by `register`. Calls are sent one after the other: the daemon answers nothing else meanwhile. */
export class LeaseHolder implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #processName: string;
  readonly #onLost: (loss: LeasesLost) => void;
  readonly #reader = new MessageReader();
  readonly #queue = new KeyedQueue<"connection">();
  readonly #mayHold = new Map<string, LeaseName>();
  #waiting: { readonly question: Question; readonly answer: PromiseWithResolvers<Message> } | undefined;
  #state: "open" | "closed" | SanlockConnectionLost | SanlockProtocolError = "open";

  private constructor(socket: Socket, { processName = "yagura", onLost }: RegisterOptions) {
    this.#socket = socket;
    this.#processName = processName;
    this.#onLost = onLost;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (cause) => this.#lose(new SanlockConnectionLost({ cause })));
    socket.on("close", () => this.#lose(new SanlockConnectionLost()));
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
    const { waitForDeadOwner = true, withValue = false } = options;
    if (wanted.length === 0 || wanted.length > LEASES_PER_CALL_MAX) {
      throw new CannotEncode(`to acquire ${wanted.length} leases at once`);
    }
    const question: Question = {
      command: "acquire",
      asked: `acquire the ${wanted.map(describe).join(", ")}`,
      timeoutMs: patience.leaseMs,
      fields: {
        flags: (withValue ? acquireFlags.withValue : 0) | (waitForDeadOwner ? 0 : acquireFlags.ownerNoWait),
        data: wanted.length,
        data2: THIS_CONNECTION,
      },
      body: [...wanted.map(encodeWanted), encodeOwner(this.#processName)],
    };
    return this.#inTurn(question, options, async () => {
      const before = new Set(this.#mayHold.keys());
      for (const lease of wanted) this.#mayHold.set(keyOf(lease), { lockspace: lease.lockspace, name: lease.name });
      const answer = await this.#exchange(question);
      const { result: code } = answer.header;
      if (code < 0) for (const lease of wanted) if (!before.has(keyOf(lease))) this.#mayHold.delete(keyOf(lease));
      const because = refusals.get(code);
      if (because !== undefined) return { is: "refused", because, code, codeName: nameOfCode(code) };
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
    return this.#inTurn(inquiry, options, () => this.#readHeld());
  }

  /** Keeps the daemon from using one of its two signals on this process when a lockspace fails; it uses the other instead. @throws SanlockError */
  async restrict(without: "sigkill" | "sigterm", options: CallOptions = {}): Promise<void> {
    const question: Question = {
      command: "restrict",
      asked: `not use ${without} on this process`,
      timeoutMs: patience.memoryMs,
      fields: { flags: restrictions[without], data2: THIS_CONNECTION },
    };
    await this.#inTurn(question, options, async () => requireDone(question, await this.#exchange(question)));
  }

  /**
   * A program for the daemon to run, instead of SIGTERM, when this process must let go of its leases.
   * @param program.withPid adds this process's id as the last argument
   * @throws SanlockError
   */
  async setKillPath(
    program: { readonly path: string; readonly args: string; readonly withPid?: boolean },
    options: CallOptions = {},
  ): Promise<void> {
    const question: Question = {
      command: "killPath",
      asked: `run ${program.path} to stop this process`,
      timeoutMs: patience.memoryMs,
      fields: { flags: program.withPid === true ? KILL_PATH_WITH_PID : 0, data2: THIS_CONNECTION },
      body: [
        new StructWriter(2 * HELPER_TEXT_BYTES)
          .text(program.path, HELPER_TEXT_BYTES)
          .text(program.args, HELPER_TEXT_BYTES).bytes,
      ],
    };
    await this.#inTurn(question, options, async () => requireDone(question, await this.#exchange(question)));
  }

  /** Releases everything, then ends the connection; `onLost` is not called. Does nothing the second time. @throws SanlockError */
  async close(): Promise<void> {
    if (this.#state !== "open") return;
    await this.release(await this.inquire());
    this.#state = "closed";
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("close", () => resolve());
    this.#socket.destroy();
    await promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #releaseSome(leases: readonly LeaseName[], options: CallOptions): Promise<void> {
    const question: Question = {
      command: "release",
      asked: `release the ${leases.map(describe).join(", ")}`,
      timeoutMs: patience.leaseMs,
      fields: { data: leases.length, data2: THIS_CONNECTION },
      body: leases.map(encodeResourceName),
    };
    await this.#inTurn(question, options, async () => {
      const answer = await this.#exchange(question);
      if (answer.header.result < 0) await this.#readHeld();
      else for (const lease of leases) this.#mayHold.delete(keyOf(lease));
      requireDone(question, answer);
    });
  }

  /** Does `work` when all before it is answered. Its place in the queue stays taken until then, even if nobody waits. */
  #inTurn<T>(question: Question, options: CallOptions, work: () => Promise<T>): Promise<T> {
    const { timeoutMs = question.timeoutMs, signal } = options;
    return withDeadline(
      `asking sanlock to ${question.asked}`,
      timeoutMs,
      (until) =>
        this.#queue.run("connection", () => {
          until.throwIfAborted();
          return work();
        }),
      signal,
    );
  }

  async #readHeld(): Promise<readonly HeldLease[]> {
    const { header, body } = requireDone(inquiry, await this.#exchange(inquiry));
    const held = this.#decode(() => decodeHeldLeases(body, header.data2));
    this.#mayHold.clear();
    for (const lease of held) this.#mayHold.set(keyOf(lease), { lockspace: lease.lockspace, name: lease.name });
    return held;
  }

  #exchange(question: Question): Promise<Message> {
    if (this.#state !== "open") {
      return Promise.reject(this.#state === "closed" ? new SanlockConnectionLost() : this.#state);
    }
    const answer = Promise.withResolvers<Message>();
    this.#waiting = { question, answer };
    this.#socket.write(encodeQuestion(question));
    return answer.promise;
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const message of this.#decode(() => this.#reader.push(chunk))) this.#answer(message);
    } catch (error) {
      // Whoever waits was told by `#decode`; this is the socket's own call, which nobody waits for.
      if (!(error instanceof SanlockProtocolError)) throw error;
    }
  }

  #answer(message: Message): void {
    const waiting = this.#waiting;
    this.#decode(() => {
      if (waiting === undefined) throw new SanlockProtocolError("an answer that nobody waits for");
      checkAnswers(waiting.question, message);
    });
    this.#waiting = undefined;
    waiting?.answer.resolve(message);
  }

  /** After bytes that we do not understand nothing on this connection can be trusted: it ends. */
  #decode<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SanlockProtocolError) this.#lose(error);
      throw error;
    }
  }

  #lose(cause: SanlockConnectionLost | SanlockProtocolError): void {
    if (this.#state !== "open") return;
    this.#state = cause;
    this.#onLost({ mayHaveHeld: this.mayHold, cause });
    this.#waiting?.answer.reject(cause);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

const inquiry: Question = {
  command: "inquire",
  asked: "tell what this process holds",
  timeoutMs: patience.memoryMs,
  fields: { data2: THIS_CONNECTION },
};

function encodeWanted({ isShared = false, version, ...lease }: WantedLease): Uint8Array {
  const flags = (isShared ? resourceFlags.shared : 0) | (version === undefined ? 0 : resourceFlags.version);
  return encodeResource(lease, { flags, version });
}

function keyOf({ lockspace, name }: LeaseName): string {
  return `${lockspace}:${name}`;
}

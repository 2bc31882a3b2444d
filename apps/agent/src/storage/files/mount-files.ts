import type { Clock } from "@yagura/std/clock.ts";
import { StorageError } from "../errors.ts";
import type { FileChild } from "./file-child.ts";
import type { FileCall, FromChild } from "./worker/messages.ts";

/** What a file operation on shared storage said, with the name of the error (`code`) that the system has for it. */
export class FileCallFailed extends Error {
  override readonly name = "FileCallFailed";
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (() => void) | undefined;
  /** A look, which nobody depends on: it goes before what waits, and alone it does not cost others their child. */
  readonly isLook?: boolean;
}

interface Pending {
  readonly call: FileCall;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
  readonly answer: PromiseWithResolvers<unknown>;
  deadlineMs: number;
}

interface MountFilesWorld {
  readonly mountPath: string;
  readonly clock: Clock;
  spawnChild(mountPath: string): FileChild;
}

/** Calls at once in one child; as many as vdsm has threads for it. The rest wait in line. */
const IN_FLIGHT_MAX = 10;
const WAITING_MAX = 1_000;
/** So many killed children may sit in the kernel before nothing more is sent after them. */
const UNDEAD_MAX = 3;
/** How long `close` waits for a killed child. */
const END_MS = 5_000;

/**
 * The file operations on one mount, done by a child that is killed and replaced when it does not answer in time. Whoever
 * has a call in it then is told so: what became of it is unknown.
 */
export class MountFiles {
  readonly #world: MountFilesWorld;
  readonly #inFlight = new Map<number, Pending>();
  readonly #waiting: Pending[] = [];
  #child: FileChild | undefined;
  readonly #undead = new Set<Promise<unknown>>();
  #lastId = 0;
  /** When the child last said something, or was first asked since it had nothing to do. */
  #heardAtMs = 0;
  #isClosed = false;

  constructor(world: MountFilesWorld) {
    this.#world = world;
  }

  /** @throws FileCallFailed, StorageError 379 when there is no answer in time, the signal's reason */
  async run(call: FileCall, args: readonly unknown[], options: CallOptions): Promise<unknown> {
    options.signal?.throwIfAborted();
    if (this.#isClosed) throw this.#trouble("was disconnected");
    if (this.#undead.size >= UNDEAD_MAX) throw this.#trouble("does not answer: killed processes hang on it");
    if (this.#waiting.length >= WAITING_MAX) throw this.#trouble(`is slow: ${WAITING_MAX} operations wait for it`);
    const pending: Pending = {
      call,
      args,
      options,
      answer: Promise.withResolvers(),
      deadlineMs: this.#world.clock.monotonicMs() + options.timeoutMs,
    };
    const done = new AbortController();
    void this.#watchDeadline(pending, done.signal);
    const onAbort = (): void => this.#stop(pending);
    options.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#start(pending);
      return await pending.answer.promise;
    } finally {
      done.abort();
      options.signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the child when it has work and has said nothing for so long; what became of that is unknown. */
  endIfSilent(silentMs: number): void {
    if (this.#inFlight.size === 0 || this.#world.clock.monotonicMs() - this.#heardAtMs < silentMs) return;
    this.#endChild(`has been silent for ${silentMs / 1000} s`);
  }

  /** Resolves when no killed child is left in the kernel: what was sent to it may be done until then. */
  async whenDead(): Promise<void> {
    await Promise.all(this.#undead);
  }

  /** Lets go of every file: the calls under way are refused, and the child ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pending of this.#waiting.splice(0)) pending.answer.reject(this.#trouble("was disconnected"));
    this.#endChild("was disconnected");
    const stop = new AbortController();
    const ended = Promise.all(this.#undead);
    await Promise.race([ended, this.#world.clock.sleep(END_MS, stop.signal).catch(() => undefined)]);
    stop.abort();
  }

  #start(pending: Pending): void {
    const isFull = this.#inFlight.size >= IN_FLIGHT_MAX;
    if (isFull && pending.options.isLook !== true) this.#waiting.push(pending);
    else this.#send(pending);
  }

  #send(pending: Pending): void {
    const child = this.#child ?? this.#spawn();
    this.#child = child;
    const id = ++this.#lastId;
    if (this.#inFlight.size === 0) this.#heardAtMs = this.#world.clock.monotonicMs();
    this.#inFlight.set(id, pending);
    child.send({ do: "call", id, call: pending.call, args: pending.args });
  }

  #spawn(): FileChild {
    const { mountPath, spawnChild } = this.#world;
    const child = spawnChild(mountPath);
    child.onMessage((message) => {
      if (child === this.#child) this.#take(message);
    });
    void child.ended.then((why) => {
      if (child === this.#child) this.#endChild(`lost its process: ${why}`);
    });
    return child;
  }

  #take(message: FromChild): void {
    const pending = this.#inFlight.get(message.id);
    if (pending === undefined) return;
    this.#heardAtMs = this.#world.clock.monotonicMs();
    if (message.is === "progress") {
      pending.deadlineMs = this.#world.clock.monotonicMs() + pending.options.timeoutMs;
      pending.options.onProgress?.();
      return;
    }
    this.#inFlight.delete(message.id);
    if (message.is === "done") pending.answer.resolve(message.value);
    else pending.answer.reject(new FileCallFailed(message.message, message.code));
    this.#sendNext();
  }

  #sendNext(): void {
    while (!this.#isClosed && this.#inFlight.size < IN_FLIGHT_MAX) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#send(next);
    }
  }

  /** Whoever does not want it any more gets its answer all the same: when it has ended, one way or the other. */
  #stop(pending: Pending): void {
    const waitingAt = this.#waiting.indexOf(pending);
    if (waitingAt >= 0) {
      this.#waiting.splice(waitingAt, 1);
      pending.answer.reject(pending.options.signal?.reason);
      return;
    }
    for (const [id, other] of this.#inFlight) if (other === pending) this.#child?.send({ do: "stop", id });
  }

  async #watchDeadline(pending: Pending, signal: AbortSignal): Promise<void> {
    const { clock } = this.#world;
    while (!signal.aborted) {
      const leftMs = pending.deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) return this.#expire(pending);
      await clock.sleep(leftMs, signal).catch(() => undefined);
    }
  }

  #expire(pending: Pending): void {
    const { call, args, options } = pending;
    const what = `${call} ${typeof args[0] === "string" ? args[0] : ""}`.trim();
    const error = this.#trouble(`does not answer: ${what} took longer than ${options.timeoutMs / 1000} s`);
    pending.answer.reject(error);
    const waitingAt = this.#waiting.indexOf(pending);
    if (waitingAt >= 0) {
      // Those that are under way have deadlines of their own.
      this.#waiting.splice(waitingAt, 1);
      return;
    }
    const changes = [...this.#inFlight.values()].filter((other) => other !== pending && other.options.isLook !== true);
    const nowMs = this.#world.clock.monotonicMs();
    // A change has its own deadline, which is longer; a look does not cut it short.
    if (options.isLook === true && changes.some(({ deadlineMs }) => deadlineMs > nowMs)) return;
    this.#endChild("does not answer");
  }

  #endChild(because: string): void {
    const child = this.#child;
    this.#child = undefined;
    const lost = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const { answer } of lost) answer.reject(this.#trouble(`${because}; what became of the operation is unknown`));
    if (child !== undefined) {
      child.kill();
      const gone: Promise<unknown> = child.ended.then(() => this.#undead.delete(gone));
      this.#undead.add(gone);
    }
    this.#sendNext();
  }

  #trouble(what: string): StorageError {
    return new StorageError("StorageDomainAccessError", `the storage at ${this.#world.mountPath} ${what}`);
  }
}

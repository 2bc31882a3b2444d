import type { Duplex } from "node:stream";
import { DeadlineExceeded, withDeadline } from "@yagura/std/deadline.ts";
import { encodeMessage, type GuestReply, type GuestRequest, MessageReader, windowBytes } from "./guest-protocol.ts";

/** The host was switched off, or never was on. What became of what ran there is for the test to find out. */
export class HostIsOff extends Error {
  override readonly name = "HostIsOff";
}

type Unnumbered<Request> = Request extends unknown ? Omit<Request, "id"> : never;
type Answer = Extract<GuestReply, { id: number }>;

/** How much longer than the program's own deadline we wait for the runner to say that it passed. */
const graceMs = 3_000;

/** Our end of a host's serial line: questions with their answers, several at a time. */
export class GuestLine {
  readonly #stream: Duplex;
  readonly #host: string;
  readonly #onReset: () => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #ready = Promise.withResolvers<void>();
  #wasReady = false;
  #lastId = 0;
  #unsent: Buffer = Buffer.alloc(0);
  #unacknowledged = 0;
  #ended: HostIsOff | undefined;

  /** @param onReset called when the host begins anew: a watchdog, or its own kernel, reset it */
  constructor(stream: Duplex, host: string, onReset: () => void) {
    this.#stream = stream;
    this.#host = host;
    this.#onReset = onReset;
    this.#ready.promise.catch(() => undefined);
    const reader = new MessageReader<GuestReply>();
    stream.on("data", (chunk: Buffer) => {
      try {
        for (const reply of reader.read(chunk)) this.#take(reply);
      } catch (error) {
        stream.destroy();
        this.end(error);
      }
    });
    // A host that is switched off breaks its end of the line; whoever waits is told by `end`.
    stream.on("error", () => undefined);
  }

  /** Resolves when the runner inside has begun. @throws DeadlineExceeded, HostIsOff */
  async untilReady(timeoutMs: number): Promise<void> {
    await withDeadline(`the start of ${this.#host}`, timeoutMs, () => this.#ready.promise);
  }

  /** @throws HostIsOff, DeadlineExceeded */
  async ask(what: string, request: Unnumbered<GuestRequest>, timeoutMs: number): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer);
    try {
      return await withDeadline(`${what} on ${this.#host}`, timeoutMs + graceMs, async () => {
        this.#unsent = Buffer.concat([this.#unsent, encodeMessage({ ...request, id })]);
        this.#send();
        const got = await answer.promise;
        if (got.is === "late") throw new DeadlineExceeded(`${what} on ${this.#host}`, timeoutMs);
        return got;
      });
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Releases everybody who waits; later questions fail at once. */
  end(cause?: unknown): void {
    this.#ended ??= new HostIsOff(`${this.#host} is off`, { cause });
    this.#ready.reject(this.#ended);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #take(reply: GuestReply): void {
    if (reply.is === "ready") this.#begin();
    else if (reply.is === "received") {
      this.#unacknowledged -= reply.bytes;
      this.#send();
    } else this.#waiting.get(reply.id)?.resolve(reply);
  }

  #begin(): void {
    if (this.#wasReady) {
      this.end(new Error("it was reset"));
      this.#onReset();
    }
    this.#wasReady = true;
    this.#ready.resolve();
  }

  #send(): void {
    const chunk = this.#unsent.subarray(0, windowBytes - this.#unacknowledged);
    if (chunk.length === 0) return;
    this.#unsent = this.#unsent.subarray(chunk.length);
    this.#unacknowledged += chunk.length;
    this.#stream.write(chunk);
  }
}

import { type Duplex, finished } from "node:stream";
import type { Clock } from "@yagura/std/clock.ts";
import {
  decideHeartBeat,
  encodeFrame,
  errorFrame,
  type Frame,
  FrameReader,
  FrameRefused,
  HeadersTooLong,
  type HeartBeatTimes,
  heartBeat,
} from "@yagura/stomp";

export interface FrameStreamOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly frameBytesMax: number;
  readonly outgoingBytesMax: number;
  /** A server says ERROR before it closes; a client just closes. */
  readonly saysErrors: boolean;
  readonly onFrame: (frame: Frame) => void;
}

/** How long a closing connection may take to send what is still to be sent. */
const farewellMs = 1000;

/**
 * STOMP frames over any duplex stream: cuts incoming bytes, sends one frame with one write and waits for it before the
 * next, keeps heart-beats, and ends once with one reason.
 */
export class FrameStream {
  /** Resolves when the stream has ended; with the reason if it was not asked to. */
  readonly closed: Promise<Error | undefined>;
  readonly #options: FrameStreamOptions;
  readonly #reader: FrameReader;
  readonly #ended = new AbortController();
  readonly #outgoing: Buffer[] = [];
  readonly #resolveClosed: (reason: Error | undefined) => void;
  #outgoingBytes = 0;
  #pumping: Promise<void> | undefined;
  #escapeColons = true;
  #sentAtMs: number;
  #receivedAtMs: number;
  #end: { readonly reason: Error | undefined } | undefined;

  constructor(options: FrameStreamOptions) {
    this.#options = options;
    const { stream, clock, frameBytesMax } = options;
    this.#reader = new FrameReader({ bodyBytesMax: frameBytesMax });
    this.#sentAtMs = this.#receivedAtMs = clock.monotonicMs();
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    // A socket that breaks after we have closed it has nothing more to say.
    stream.on("error", () => undefined);
    finished(stream, { writable: false }, (error) =>
      this.#finish(error ?? new Error("the peer closed the connection")),
    );
    stream.on("data", (chunk: Uint8Array) => this.receive(chunk));
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Bytes from the peer, also those that someone has read before this stream was made. */
  receive(chunk: Uint8Array): void {
    if (!this.isOpen) return;
    this.#receivedAtMs = this.#options.clock.monotonicMs();
    try {
      for (const frame of this.#reader.push(chunk)) {
        if (frame.hasRawColon === true) this.#escapeColons = false;
        this.#options.onFrame(frame);
        if (!this.isOpen) return;
      }
    } catch (error) {
      if (!(error instanceof FrameRefused || error instanceof HeadersTooLong)) throw error;
      if (this.#options.saysErrors) this.send(errorFrame(error.message));
      this.close(error);
    }
  }

  /** Queues a frame. If the peer does not read, the connection is closed instead of keeping more and more. */
  send(frame: Frame): void {
    if (!this.isOpen) return;
    const bytes = encodeFrame(frame, { escapeColons: this.#escapeColons });
    if (this.#outgoingBytes + bytes.length > this.#options.outgoingBytesMax && this.#outgoingBytes > 0) {
      this.#outgoing.length = 0;
      this.close(new Error(`the peer does not read: ${this.#outgoingBytes} bytes are waiting`));
      return;
    }
    this.#enqueue(bytes);
  }

  /** Starts to send and to expect heart-beats. */
  beat(times: HeartBeatTimes): void {
    this.#sentAtMs = this.#receivedAtMs = this.#options.clock.monotonicMs();
    void this.#keepBeating(times);
  }

  /**
   * Sends what is queued, then ends the stream; a client that has a reason ends it at once. Safe to call twice; the
   * first reason counts.
   */
  close(reason?: Error): void {
    if (!this.isOpen) return;
    if (reason !== undefined && !this.#options.saysErrors) {
      this.#finish(reason);
      return;
    }
    this.#end = { reason };
    const { stream } = this.#options;
    // What still comes is read and dropped: unread bytes would make the kernel throw our last frame away.
    stream.resume();
    void this.#farewell().then(() => this.#finish(reason));
  }

  async #farewell(): Promise<void> {
    const { stream, clock } = this.#options;
    const flushed = (async () => {
      await this.#pumping;
      await new Promise<void>((resolve) => stream.end(() => resolve()));
    })();
    const stop = new AbortController();
    const timer = clock.sleep(farewellMs, AbortSignal.any([stop.signal, this.#ended.signal])).catch(() => undefined);
    await Promise.race([flushed, timer]);
    stop.abort();
  }

  #finish(reason: Error | undefined): void {
    this.#end ??= { reason };
    this.#outgoing.length = 0;
    this.#ended.abort();
    this.#resolveClosed(this.#end.reason);
    this.#options.stream.destroy();
  }

  #enqueue(bytes: Buffer): void {
    this.#outgoing.push(bytes);
    this.#outgoingBytes += bytes.length;
    this.#pumping ??= this.#pump();
  }

  /** One frame, one write, and the next only when the write is through: VDSM reads one frame of a TLS record. */
  async #pump(): Promise<void> {
    for (let bytes = this.#outgoing.shift(); bytes !== undefined; bytes = this.#outgoing.shift()) {
      await write(this.#options.stream, bytes, this.#ended.signal);
      this.#outgoingBytes -= bytes.length;
      this.#sentAtMs = this.#options.clock.monotonicMs();
    }
    this.#pumping = undefined;
  }

  async #keepBeating(times: HeartBeatTimes): Promise<void> {
    const { clock } = this.#options;
    while (this.isOpen) {
      const state = { times, sentAtMs: this.#sentAtMs, receivedAtMs: this.#receivedAtMs };
      const decision = decideHeartBeat(state, clock.monotonicMs());
      if (decision === undefined) return;
      if (decision.do === "close") return this.close(new Error(decision.because));
      if (decision.do === "beat") {
        // A frame on its way says the same.
        if (this.#pumping === undefined) this.#enqueue(heartBeat);
        this.#sentAtMs = clock.monotonicMs();
        continue;
      }
      try {
        await clock.sleep(decision.forMs, this.#ended.signal);
      } catch {
        return; // The stream has ended.
      }
    }
  }
}

/** Resolves when the bytes are handed to the system, or when the stream ends; its error is reported elsewhere. */
function write(stream: Duplex, bytes: Buffer, ended: AbortSignal): Promise<void> {
  if (ended.aborted || stream.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    ended.removeEventListener("abort", done);
    resolve();
  };
  ended.addEventListener("abort", done, { once: true });
  stream.write(bytes, done);
  return promise;
}

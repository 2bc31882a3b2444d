import { assert } from "@yagura/std/assert.ts";
import { netLimits } from "./protocol/generated/net-constants.ts";

/** One packet of a stream carries at most this much. */
const CHUNK_BYTES_MAX = netLimits.streamChunkBytes;

/** What comes down a stream: bytes, or so many zeros that were not sent (only with a flag that asks for a sparse stream). */
export type StreamPiece =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "hole"; readonly lengthBytes: number };

/** What a stream needs of its connection. */
export interface StreamPort {
  sendData(bytes: Uint8Array): void;
  sendHole(lengthBytes: number): void;
  /** Says that all was sent and received. */
  sendFinish(): void;
  sendAbort(): void;
  /** Resolves when not much waits to be sent any more; rejects when the connection ends. */
  canSend(): Promise<void> | undefined;
  /** More or less than before waits to be read. */
  bufferedChanged(byBytes: number): void;
}

/** The reader left so much unread that the connection could not wait for it any longer. */
export class StreamStalled extends Error {
  override readonly name = "StreamStalled";
}

/** The stream was ended by our side. */
export class StreamAborted extends Error {
  override readonly name = "StreamAborted";
}

/**
 * The bytes that follow a call: of a volume, a screenshot, a console. Both directions may be used, as the call allows.
 *
 * Reading: `for await (const bytes of stream)` reads to the end and closes in good order; leaving the loop early aborts.
 * Writing: `await write(bytes)` waits while the daemon is slow; `await finish()` ends it, and only its success means
 * that all arrived.
 */
export class ByteStream implements AsyncDisposable {
  readonly #port: StreamPort;
  readonly #pieces: StreamPiece[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #bufferedBytes = 0;
  #isAtEnd = false;
  #state: "open" | "finishing" | "closed" = "open";
  #failure: Error | undefined;
  #wakeReader: (() => void) | undefined;

  constructor(port: StreamPort) {
    this.#port = port;
    this.#closed.promise.catch(() => undefined); // Whoever reads, writes or finishes gets the failure.
  }

  /** How much has arrived and was not read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** The next piece, or `undefined` at the end. One reader at a time. @throws what ended the stream, if not its end. */
  async read(): Promise<StreamPiece | undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#count(-sizeOf(piece));
        return piece;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isAtEnd || this.#state !== "open") return undefined;
      assert(this.#wakeReader === undefined, "two readers of one stream");
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  /** Bytes until the end, then `finish`. A hole comes as zeros, in bounded portions. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const piece = await this.read();
        if (piece === undefined) break;
        if (piece.kind === "data") yield piece.bytes;
        else yield* zeros(piece.lengthBytes);
      }
      await this.finish();
    } finally {
      this.abort();
    }
  }

  /** Sends bytes, of any length. Waits while much is on its way already. @throws why the daemon ended the stream. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
      this.#checkWritable();
      this.#port.sendData(bytes.subarray(at, at + CHUNK_BYTES_MAX));
      await this.#port.canSend();
    }
    this.#checkWritable();
  }

  /** Sends zeros as a length only. For calls whose flags ask for a sparse stream. */
  async writeHole(lengthBytes: number): Promise<void> {
    this.#checkWritable();
    this.#port.sendHole(lengthBytes);
    await this.#port.canSend();
  }

  /** Ends the stream in good order and waits for the daemon to say so. @throws why it failed. */
  async finish(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "finishing";
      this.#port.sendFinish();
    }
    await this.#closed.promise;
  }

  /** Ends the stream at once; what was sent may be lost. Does nothing to a stream that has ended. */
  abort(reason: Error = new StreamAborted("the stream was aborted")): void {
    if (this.#state === "closed") return;
    this.#port.sendAbort();
    this.fail(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
  }

  /** From the connection: a piece arrived; empty bytes are the end of what the daemon sends. */
  receive(piece: StreamPiece): void {
    if (this.#state === "closed") return;
    if (piece.kind === "data" && piece.bytes.length === 0) this.#isAtEnd = true;
    else {
      this.#pieces.push(piece);
      this.#count(sizeOf(piece));
    }
    this.#wake();
  }

  /** From the connection: the daemon has ended the stream in good order. */
  ended(): void {
    if (this.#state === "closed") return;
    this.#isAtEnd = true;
    this.#state = "closed";
    this.#closed.resolve();
    this.#wake();
  }

  /** From the connection: the daemon or the connection gave up. What waits to be read is dropped. */
  fail(reason: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failure = reason;
    this.#pieces.length = 0;
    this.#count(-this.#bufferedBytes);
    this.#closed.reject(reason);
    this.#wake();
  }

  #checkWritable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#state !== "open") throw new StreamAborted("the stream has ended");
  }

  #count(byBytes: number): void {
    this.#bufferedBytes += byBytes;
    if (byBytes !== 0) this.#port.bufferedChanged(byBytes);
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }
}

/** What a piece weighs in memory, with something for its object: a million holes are not nothing. */
function sizeOf(piece: StreamPiece): number {
  return 64 + (piece.kind === "data" ? piece.bytes.length : 0);
}

function* zeros(lengthBytes: number): Generator<Uint8Array> {
  const portion = new Uint8Array(Math.min(lengthBytes, CHUNK_BYTES_MAX));
  for (let left = lengthBytes; left > 0; left -= portion.length) yield portion.subarray(0, left);
}

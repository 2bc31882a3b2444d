import { Duplex } from "node:stream";

type Done = (error?: Error | null) => void;

/** A socket that can be frozen: bytes neither come in nor go out, and nothing is closed, as with a stopped process. */
export class FreezableStream extends Duplex {
  readonly #socket: Duplex;
  #isFrozen = false;
  #heldWrite: (() => void) | undefined;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#socket.resume();
    this.#heldWrite?.();
    this.#heldWrite = undefined;
  }

  override _read(): void {
    if (!this.#isFrozen) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    const write = (): void => {
      this.#socket.write(chunk, done);
    };
    if (this.#isFrozen) this.#heldWrite = write;
    else write();
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }
}

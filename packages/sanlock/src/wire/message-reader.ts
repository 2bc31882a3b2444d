import { decodeHeader, HEADER_BYTES, type ReplyHeader } from "./header.ts";

export interface Message {
  readonly header: ReplyHeader;
  readonly body: Uint8Array;
}

/** Cuts a byte stream into the daemon's messages. Does no I/O: feed it chunks of any size, which it copies. */
export class MessageReader {
  readonly #headerBytes = new Uint8Array(HEADER_BYTES);
  #message: Message | undefined;
  /** How much of the header, or of the body once there is a message, has come. */
  #filled = 0;

  /** @throws SanlockProtocolError for a header that cannot be; nothing may be pushed after that */
  push(chunk: Uint8Array): Message[] {
    const found: Message[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#fill(rest);
      if (this.#message === undefined && this.#filled === HEADER_BYTES) {
        const header = decodeHeader(this.#headerBytes);
        this.#message = { header, body: new Uint8Array(header.byteLength - HEADER_BYTES) };
        this.#filled = 0;
      }
      if (this.#message?.body.length === this.#filled) {
        found.push(this.#message);
        this.#message = undefined;
        this.#filled = 0;
      }
    }
    return found;
  }

  /** Takes what is missing of the header or body; returns the rest. */
  #fill(chunk: Uint8Array): Uint8Array {
    const target = this.#message?.body ?? this.#headerBytes;
    const taken = Math.min(target.length - this.#filled, chunk.length);
    target.set(chunk.subarray(0, taken), this.#filled);
    this.#filled += taken;
    return chunk.subarray(taken);
  }
}

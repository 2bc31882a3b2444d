import { decodeHeader, HEADER_BYTES, type ReplyHeader } from "./header.ts";

export interface Message {
  readonly header: ReplyHeader;
  readonly body: Uint8Array;
}

/** Cuts a byte stream into the daemon's messages. Does no I/O: feed it chunks of any size. */
export class MessageReader {
  #held: Uint8Array = new Uint8Array(0);

  /** @throws SanlockProtocolError for a header that cannot be; nothing may be pushed after that */
  push(chunk: Uint8Array): Message[] {
    let bytes = this.#held.length === 0 ? chunk : concatenate(this.#held, chunk);
    const found: Message[] = [];
    while (bytes.length >= HEADER_BYTES) {
      const header = decodeHeader(bytes.subarray(0, HEADER_BYTES));
      if (bytes.length < header.byteLength) break;
      found.push({ header, body: bytes.slice(HEADER_BYTES, header.byteLength) });
      bytes = bytes.subarray(header.byteLength);
    }
    this.#held = bytes.slice();
    return found;
  }

  /** How many bytes of an unfinished message are here: more than none when a stream ends means that it was cut. */
  get heldBytes(): number {
    return this.#held.length;
  }
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array {
  const joined = new Uint8Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

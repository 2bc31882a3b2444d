import { SanlockProtocolError } from "./errors.ts";

/** Reads structures one after the other; refuses to read past the end. */
export class StructReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  wide(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** 64 bits that count something. @throws SanlockProtocolError when it is more than a number holds exactly */
  count(): number {
    const value = this.wide();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new SanlockProtocolError(`a count of ${value}`);
    return Number(value);
  }

  /** The text in a field of this length: up to its first zero, or all of it. */
  text(fieldBytes: number): string {
    const field = this.raw(fieldBytes);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
  }

  raw(byteLength: number): Uint8Array {
    const start = this.#take(byteLength);
    return this.#bytes.subarray(start, start + byteLength);
  }

  skip(byteLength: number): this {
    this.#take(byteLength);
    return this;
  }

  /** @throws SanlockProtocolError when something is left that nobody read */
  finish(): void {
    if (this.remaining > 0) throw new SanlockProtocolError(`${this.remaining} bytes more than expected`);
  }

  #take(byteLength: number): number {
    if (byteLength > this.remaining) {
      throw new SanlockProtocolError(`${byteLength} bytes expected, ${this.remaining} are there`);
    }
    const start = this.#at;
    this.#at += byteLength;
    return start;
  }
}

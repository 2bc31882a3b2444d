import { CannotEncode } from "./errors.ts";

/** Fills one structure of a fixed length, field by field, as a C compiler for a 64-bit little-endian machine lays it out. */
export class StructWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  uint32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    return this.skip(4);
  }

  /** @throws CannotEncode unless it is a whole number of at most 64 bits */
  uint64(value: number | bigint): this {
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw new CannotEncode(`${value} is no whole number`);
    const wide = BigInt(value);
    if (wide < 0n || wide > 0xffff_ffff_ffff_ffffn) throw new CannotEncode(`${value} does not fit into 64 bits`);
    this.#view.setBigUint64(this.#at, wide, true);
    return this.skip(8);
  }

  /**
   * A text in a field of `fieldBytes`, filled up with zeros.
   * @param lengthMax `fieldBytes` where the last byte need not be zero
   * @throws CannotEncode when it is too long or has a zero inside, and thus would be another text for whoever reads it
   */
  text(value: string, fieldBytes: number, lengthMax = fieldBytes - 1): this {
    const encoded = new TextEncoder().encode(value);
    if (encoded.length > lengthMax) throw new CannotEncode(`"${value}" is longer than ${lengthMax} bytes`);
    if (encoded.includes(0)) throw new CannotEncode(`"${value}" has a zero inside`);
    this.bytes.set(encoded, this.#at);
    return this.skip(fieldBytes);
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    return this.skip(bytes.length);
  }

  skip(byteLength: number): this {
    this.#at += byteLength;
    return this;
  }
}

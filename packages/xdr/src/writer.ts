import { CannotEncode } from "./errors.ts";
import { paddingBytes } from "./padding.ts";

const TWO_TO_32 = 0x1_0000_0000;
const FIRST_BYTES = 1024;

/**
 * Writes XDR items (RFC 4506) one after the other into a buffer that grows. Does no I/O. Values are checked: one that
 * does not fit its type throws `CannotEncode`, and whoever began the message takes it back with `truncate`.
 */
export class XdrWriter {
  readonly #capacityBytes: number;
  #bytes: Buffer;
  #view: DataView;
  #start = 0;
  #offset = 0;

  constructor(capacityBytes = FIRST_BYTES) {
    this.#capacityBytes = capacityBytes;
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
    this.#view = viewOf(this.#bytes);
  }

  /** Where the next item goes; grows with each. Valid until the next `take`. */
  get length(): number {
    return this.#offset - this.#start;
  }

  /** Forgets everything written from `length` on. */
  truncate(length: number): void {
    this.#offset = this.#start + length;
  }

  /** Overwrites an item written before, for lengths that are known only at the end. */
  uint32At(position: number, value: number): void {
    this.#view.setUint32(this.#start + position, value);
  }

  /** Hands over what was written since the last `take`; the bytes are never touched again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#offset);
    this.#start = this.#offset;
    return taken;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw new CannotEncode(`${value} is not a signed 32-bit integer`);
    const at = this.#grow(4);
    this.#view.setInt32(at, value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw new CannotEncode(`${value} is not an unsigned 32-bit integer`);
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  int8(value: number): void {
    this.#small(value, -0x80, 0x7f);
  }

  uint8(value: number): void {
    this.#small(value, 0, 0xff);
  }

  int16(value: number): void {
    this.#small(value, -0x8000, 0x7fff);
  }

  uint16(value: number): void {
    this.#small(value, 0, 0xffff);
  }

  /** @throws CannotEncode for a number beyond 2^53: which integer was meant is no longer known. Give a bigint. */
  int64(value: number | bigint): void {
    if (typeof value === "bigint") {
      if (BigInt.asIntN(64, value) !== value) throw new CannotEncode(`${value} is not a signed 64-bit integer`);
      const at = this.#grow(8);
      this.#view.setBigInt64(at, value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw new CannotEncode(`${value} is not an exact 64-bit integer`);
    const at = this.#grow(8);
    this.#view.setInt32(at, Math.floor(value / TWO_TO_32));
    this.#view.setUint32(at + 4, value >>> 0);
  }

  uint64(value: number | bigint): void {
    if (value < 0) throw new CannotEncode(`${value} is not an unsigned 64-bit integer`);
    if (typeof value === "bigint") {
      if (BigInt.asUintN(64, value) !== value) throw new CannotEncode(`${value} is not an unsigned 64-bit integer`);
      const at = this.#grow(8);
      this.#view.setBigUint64(at, value);
      return;
    }
    this.int64(value);
  }

  double(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }

  bool(value: boolean): void {
    this.uint32(value ? 1 : 0);
  }

  /** Says whether the optional item follows. */
  present(value: boolean): void {
    this.uint32(value ? 1 : 0);
  }

  /** The number of items of the list that follows. */
  count(count: number, max: number): void {
    if (count > max) throw new CannotEncode(`a list of ${count} items, at most ${max} are allowed`);
    this.uint32(count);
  }

  /** Text in UTF-8. A NUL is refused: the C peer would silently take what stands before it. */
  string(value: string, maxBytes: number): void {
    if (value.includes("\0")) throw new CannotEncode("text with a NUL character");
    const byteLength = Buffer.byteLength(value, "utf8");
    if (byteLength > maxBytes) throw new CannotEncode(`${byteLength} bytes of text, at most ${maxBytes} are allowed`);
    this.uint32(byteLength);
    const at = this.#padded(byteLength);
    this.#bytes.write(value, at, byteLength, "utf8");
  }

  bytes(value: Uint8Array, maxBytes: number): void {
    if (value.length > maxBytes) throw new CannotEncode(`${value.length} bytes, at most ${maxBytes} are allowed`);
    this.uint32(value.length);
    this.raw(value);
  }

  fixedBytes(value: Uint8Array, length: number): void {
    if (value.length !== length) throw new CannotEncode(`${value.length} bytes, exactly ${length} are wanted`);
    this.raw(value);
  }

  /** Bytes as they are, padded to a multiple of four. */
  raw(value: Uint8Array): void {
    const at = this.#padded(value.length);
    this.#bytes.set(value, at);
  }

  /** Bytes as they are, without padding: for payloads that are not XDR. */
  unpadded(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  chars(value: Uint8Array, max: number): void {
    this.count(value.length, max);
    this.fixedChars(value, value.length);
  }

  fixedChars(value: Uint8Array, count: number): void {
    if (value.length !== count) throw new CannotEncode(`${value.length} characters, exactly ${count} are wanted`);
    for (const char of value) this.int32((char << 24) >> 24);
  }

  #small(value: number, min: number, max: number): void {
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new CannotEncode(`${value} is not an integer between ${min} and ${max}`);
    }
    this.int32(value);
  }

  #padded(byteLength: number): number {
    const padding = paddingBytes(byteLength);
    const at = this.#grow(byteLength + padding);
    this.#bytes.fill(0, at + byteLength, at + byteLength + padding);
    return at;
  }

  /** Makes room; call it before naming `#bytes` or `#view`, which it may replace. */
  #grow(byteLength: number): number {
    const at = this.#offset;
    if (at + byteLength > this.#bytes.length) return this.#move(byteLength);
    this.#offset = at + byteLength;
    return at;
  }

  /** What was handed over stays where it is; only what is being written moves to a new buffer. */
  #move(byteLength: number): number {
    const written = this.length;
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#capacityBytes, 2 * (written + byteLength)));
    this.#bytes.copy(bytes, 0, this.#start, this.#offset);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#start = 0;
    this.#offset = written + byteLength;
    return written;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

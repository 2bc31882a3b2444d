import { MalformedXdr } from "./errors.ts";
import { paddingBytes } from "./padding.ts";

const TWO_TO_32 = 0x1_0000_0000;

/**
 * Reads XDR items (RFC 4506) one after the other. Does no I/O and keeps nothing: everything returned is a copy, so the
 * bytes may be overwritten afterwards. One reader is meant to be used again for many messages (`reset`).
 *
 * Every method throws `MalformedXdr` when the item is cut short, longer than the caller allows, or impossible.
 */
export class XdrReader {
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #offset = 0;
  #end = 0;

  /** Reads from `bytes[start..end)` next. */
  reset(bytes: Buffer, start = 0, end = bytes.length): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#offset = start;
    this.#end = end;
  }

  get remainingBytes(): number {
    return this.#end - this.#offset;
  }

  /** Checks that nothing is left: a message longer than its definition was not understood. */
  finish(): void {
    if (this.#offset !== this.#end) throw new MalformedXdr(`${this.#end - this.#offset} bytes too many`);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** A small integer; XDR gives it four bytes all the same. */
  int8(): number {
    return this.#small(-0x80, 0x7f);
  }

  uint8(): number {
    return this.#small(0, 0xff);
  }

  int16(): number {
    return this.#small(-0x8000, 0x7fff);
  }

  uint16(): number {
    return this.#small(0, 0xffff);
  }

  /** Exact up to 2^53; beyond that the nearest number there is (a counter of nanoseconds gets there in 104 days). */
  int64(): number {
    const at = this.#take(8);
    return this.#view.getInt32(at) * TWO_TO_32 + this.#view.getUint32(at + 4);
  }

  /** As `int64`, unsigned. */
  uint64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at) * TWO_TO_32 + this.#view.getUint32(at + 4);
  }

  /** A number where that is exact, a bigint where it is not. */
  int64Exact(): number | bigint {
    const value = this.int64();
    return Number.isSafeInteger(value) ? value : this.#view.getBigInt64(this.#offset - 8);
  }

  uint64Exact(): number | bigint {
    const value = this.uint64();
    return Number.isSafeInteger(value) ? value : this.#view.getBigUint64(this.#offset - 8);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** A C peer may say true with any value but zero. */
  bool(): boolean {
    return this.uint32() !== 0;
  }

  /** Whether the optional item follows. */
  present(): boolean {
    const flag = this.uint32();
    if (flag > 1) throw new MalformedXdr(`an optional item is present ${flag} times`);
    return flag === 1;
  }

  /** How many items of a list follow; each has at least four bytes, so a list cannot claim more than there are. */
  count(max: number): number {
    const count = this.uint32();
    if (count > max) throw new MalformedXdr(`a list of ${count} items, at most ${max} are allowed`);
    if (count * 4 > this.#end - this.#offset) throw new MalformedXdr(`a list of ${count} items is cut short`);
    return count;
  }

  /** Text in UTF-8; bytes that are none become U+FFFD. */
  string(maxBytes: number): string {
    const length = this.#length(maxBytes);
    const at = this.#take(length + paddingBytes(length));
    return length === 0 ? "" : this.#bytes.toString("utf8", at, at + length);
  }

  bytes(maxBytes: number): Uint8Array {
    return this.#copy(this.#length(maxBytes));
  }

  fixedBytes(length: number): Uint8Array {
    return this.#copy(length);
  }

  /** All that is left, as it is: a payload that is not XDR. */
  rest(): Uint8Array {
    return this.#copyOf(this.#take(this.#end - this.#offset), this.#end);
  }

  /** A C `char` array: one byte each in memory, four each on the wire. */
  chars(max: number): Uint8Array {
    return this.fixedChars(this.count(max));
  }

  fixedChars(count: number): Uint8Array {
    const at = this.#take(count * 4);
    const chars = new Uint8Array(count);
    // Signed or not depends on the peer's compiler; the low byte is the character either way.
    for (let index = 0; index < count; index++) chars[index] = this.#view.getUint8(at + index * 4 + 3);
    return chars;
  }

  #small(min: number, max: number): number {
    const value = this.int32();
    if (value < min || value > max) throw new MalformedXdr(`${value} is not between ${min} and ${max}`);
    return value;
  }

  #length(maxBytes: number): number {
    const length = this.uint32();
    if (length > maxBytes) throw new MalformedXdr(`${length} bytes, at most ${maxBytes} are allowed`);
    return length;
  }

  #copy(length: number): Uint8Array {
    const at = this.#take(length + paddingBytes(length));
    return this.#copyOf(at, at + length);
  }

  #copyOf(start: number, end: number): Uint8Array {
    const copy = new Uint8Array(end - start);
    copy.set(this.#bytes.subarray(start, end));
    return copy;
  }

  #take(byteLength: number): number {
    const at = this.#offset;
    if (byteLength > this.#end - at)
      throw new MalformedXdr(`cut short: ${byteLength} bytes wanted, ${this.#end - at} left`);
    this.#offset = at + byteLength;
    return at;
  }
}

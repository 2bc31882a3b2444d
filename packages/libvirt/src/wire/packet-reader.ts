import { ProtocolError } from "../errors.ts";
import { netLimits } from "../protocol/generated/net-constants.ts";

const { lengthBytes: LENGTH_BYTES, headerBytes: HEADER_BYTES, packetBytes: PACKET_BYTES_MAX } = netLimits;

/** A claimed length is believed only so far: a large packet gets its memory as its bytes arrive. */
const FIRST_BYTES = 256 * 1024;

/** Receives each packet without its length word: `bytes[start..end)`, valid only during the call. */
export type PacketSink = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts a byte stream into libvirt packets. Does no I/O: feed it chunks of any size; a chunk may be overwritten
 * after `push` returns. A packet that lies whole in one chunk is handed on without a copy.
 *
 * ```
 *   0        4                       28
 *   | length | header, six words     | payload …          length counts itself
 * ```
 */
export class PacketReader {
  readonly #sink: PacketSink;
  /** The beginning of a packet whose end has not come: its first `#heldBytes` bytes, length word included. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #wantedBytes: number = LENGTH_BYTES;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** @throws ProtocolError for an impossible length, and whatever the sink throws; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    let at = this.#heldBytes === 0 ? 0 : this.#complete(chunk);
    while (chunk.length - at >= LENGTH_BYTES) {
      const end = at + readLength(chunk, at);
      if (end > chunk.length) break;
      this.#sink(chunk, at + LENGTH_BYTES, end);
      at = end;
    }
    if (at < chunk.length) this.#hold(chunk, at, chunk.length);
  }

  /** How many bytes of an unfinished packet are here: more than none when a stream ends means that it was cut. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Adds to the held packet what belongs to it; returns where the next packet begins in `chunk`. */
  #complete(chunk: Buffer): number {
    let at = 0;
    while (this.#heldBytes < this.#wantedBytes) {
      const take = Math.min(this.#wantedBytes - this.#heldBytes, chunk.length - at);
      if (take === 0) return at;
      this.#hold(chunk, at, at + take);
      at += take;
    }
    const packetBytes = this.#heldBytes;
    const packet = this.#held;
    this.#heldBytes = 0;
    this.#wantedBytes = LENGTH_BYTES;
    if (packet.length > FIRST_BYTES) this.#held = Buffer.alloc(0);
    this.#sink(packet, LENGTH_BYTES, packetBytes);
    return at;
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    const total = this.#heldBytes + end - start;
    if (total > this.#held.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(Math.max(FIRST_BYTES, 2 * total), PACKET_BYTES_MAX + LENGTH_BYTES));
      this.#held.copy(bytes, 0, 0, this.#heldBytes);
      this.#held = bytes;
    }
    chunk.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = total;
    if (this.#wantedBytes === LENGTH_BYTES && total >= LENGTH_BYTES) this.#wantedBytes = readLength(this.#held, 0);
  }
}

function readLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length < LENGTH_BYTES + HEADER_BYTES || length > PACKET_BYTES_MAX) {
    throw new ProtocolError(`impossible packet length ${length}`);
  }
  return length;
}

import { CannotEncode, XdrWriter } from "@yagura/xdr";
import { netLimits } from "../protocol/generated/net-constants.ts";
import type { PacketHeader } from "./header.ts";

const { packetBytes: PACKET_BYTES_MAX } = netLimits;

/** Small packets share one buffer of this size, and one write to the socket. */
const SLAB_BYTES = 64 * 1024;

/** Packs packets one behind the other. Does no I/O: `take` hands over the bytes of all packets since the last time. */
export class PacketWriter {
  readonly #xdr = new XdrWriter(SLAB_BYTES);

  get pendingBytes(): number {
    return this.#xdr.length;
  }

  take(): Buffer {
    return this.#xdr.take();
  }

  /**
   * Adds one packet; `encode` writes its payload.
   * @throws CannotEncode when a value does not fit; then nothing was added.
   */
  add<T>(header: PacketHeader, encode: (writer: XdrWriter, value: T) => void, value: T): void {
    const xdr = this.#xdr;
    const start = xdr.length;
    try {
      xdr.uint32(0);
      xdr.uint32(header.prog);
      xdr.uint32(header.vers);
      xdr.int32(header.proc);
      xdr.uint32(header.type);
      xdr.uint32(header.serial);
      xdr.uint32(header.status);
      encode(xdr, value);
      const length = xdr.length - start;
      if (length > PACKET_BYTES_MAX)
        throw new CannotEncode(`a packet of ${length} bytes, ${PACKET_BYTES_MAX} are allowed`);
      xdr.uint32At(start, length);
    } catch (cause) {
      xdr.truncate(start);
      throw cause;
    }
  }
}

/** The bytes of a payload that is not XDR: what a stream carries. */
export function encodeRaw(writer: XdrWriter, payload: Uint8Array): void {
  writer.unpadded(payload);
}

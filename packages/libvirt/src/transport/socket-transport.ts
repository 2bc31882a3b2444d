import type { Socket } from "node:net";
import { RecordPerPacket } from "./record-per-packet.ts";
import type { Transport, TransportListener } from "./transport.ts";

/** One read of the socket brings at most this much; the buffer is used again for the next. */
export const READ_BYTES = 256 * 1024;

/**
 * A transport on a stream socket. The socket is made with `onread` of this object, so that its bytes come without
 * passing through a readable stream: that costs more than all the rest of a small packet's way.
 */
export class SocketTransport implements Transport {
  #socket: Socket | undefined;
  #listener: TransportListener | undefined;
  #records: RecordPerPacket | undefined;
  #failure: Error | undefined;
  #isEnded = false;

  readonly onread = {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (byteLength: number, buffer: Uint8Array): boolean => {
      this.#receive(buffer as Buffer, byteLength);
      return true;
    },
  };

  /** Sees bytes before there is a listener: returns how many it took. Set while a connection is being made. */
  preamble: ((bytes: Buffer) => number) | undefined;

  /** Takes the socket over; `isTls` for one whose packets need a record each. */
  attach(socket: Socket, isTls: boolean): void {
    this.#socket = socket;
    if (isTls) {
      this.#records = new RecordPerPacket(
        (packet, written) => socket.write(packet, () => written()),
        () => this.#listener?.drained(),
      );
    } else socket.on("drain", () => this.#listener?.drained());
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#failure = error;
    });
    socket.on("close", () => this.#end());
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#isEnded) listener.ended(this.#failure);
  }

  send(bytes: Buffer): boolean {
    if (this.#socket === undefined || this.#socket.destroyed) return true;
    return this.#records === undefined ? this.#socket.write(bytes) : this.#records.send(bytes);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  close(): void {
    this.#socket?.destroy();
  }

  #receive(buffer: Buffer, byteLength: number): void {
    let bytes = buffer.subarray(0, byteLength);
    if (this.preamble !== undefined) bytes = bytes.subarray(this.preamble(bytes));
    if (bytes.length > 0) this.#listener?.bytes(bytes);
  }

  #end(): void {
    this.#isEnded = true;
    this.#listener?.ended(this.#failure);
  }
}

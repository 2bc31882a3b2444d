import type { Log } from "@yagura/std/log.ts";
import type { XdrReader, XdrWriter } from "@yagura/xdr";
import { ProtocolError } from "./errors.ts";
import { decodeStreamHole, encodeStreamHole } from "./protocol/generated/net-codecs.ts";
import { packetStatuses as statuses, packetTypes as types } from "./protocol/generated/net-constants.ts";
import { encodeNothing, type Procedure } from "./protocol/procedure.ts";
import { ByteStream, StreamStalled } from "./stream.ts";
import { decideGate, UNREAD_BYTES_NORMAL, UNREAD_BYTES_STEP } from "./stream-gate.ts";
import type { Transport } from "./transport/transport.ts";
import type { PacketHeader } from "./wire/header.ts";
import { encodeRaw } from "./wire/packet-writer.ts";
import { readError } from "./wire/read-error.ts";

type StreamProcedure = Procedure<unknown, unknown>;

/** What the streams of a session need of it. */
export interface StreamsPort {
  send<T>(
    procedure: StreamProcedure,
    rest: { readonly type: number; readonly serial: number; readonly status: number },
    encode: (writer: XdrWriter, value: T) => void,
    payload: T,
  ): void;
  flush(): void;
  readonly transport: Transport;
  callsInFlight(): number;
  readonly log: Log;
}

/** All streams of one session, by the serial of their call; and whether the socket is read at all. */
export class SessionStreams {
  readonly #port: StreamsPort;
  readonly #streams = new Map<number, { readonly stream: ByteStream; readonly procedure: StreamProcedure }>();
  #unreadBytes = 0;
  #allowedBytes = UNREAD_BYTES_NORMAL;
  #isPaused = false;
  #drain: PromiseWithResolvers<void> | undefined;

  constructor(port: StreamsPort) {
    this.#port = port;
  }

  has(serial: number): boolean {
    return this.#streams.has(serial);
  }

  open(procedure: StreamProcedure, serial: number): ByteStream {
    const send = <T>(type: number, status: number, encode: (writer: XdrWriter, value: T) => void, payload: T): void =>
      this.#port.send(procedure, { type, serial, status }, encode, payload);
    const stream = new ByteStream({
      sendData: (bytes) => {
        send(types.stream, statuses.continue, encodeRaw, bytes);
        this.#port.flush();
      },
      sendHole: (length) => send(types.streamHole, statuses.continue, encodeStreamHole, { length, flags: 0 }),
      sendFinish: () => send(types.stream, statuses.ok, encodeNothing, undefined),
      sendAbort: () => send(types.stream, statuses.error, encodeNothing, undefined),
      canSend: () => this.#drain?.promise,
      bufferedChanged: (byBytes) => {
        this.#unreadBytes += byBytes;
        this.updateGate();
      },
    });
    this.#streams.set(serial, { stream, procedure });
    return stream;
  }

  /** The call was refused: there is no stream after all. */
  drop(serial: number, reason: Error): void {
    const entry = this.#streams.get(serial);
    this.#streams.delete(serial);
    entry?.stream.fail(reason);
  }

  receive(header: PacketHeader, reader: XdrReader): void {
    const entry = this.#streams.get(header.serial);
    // What was on its way when the stream ended is of no interest to anybody.
    if (entry === undefined) return;
    const { stream, procedure } = entry;
    if (header.prog !== procedure.program || header.proc !== procedure.number) {
      throw new ProtocolError(`stream data for procedure ${header.proc} on the stream of ${procedure.name}`);
    }
    switch (header.status) {
      case statuses.continue:
        stream.receive(readPiece(header, reader));
        break;
      case statuses.ok:
        this.#streams.delete(header.serial);
        stream.ended();
        break;
      default: {
        const error = readError(reader, procedure.name);
        this.#streams.delete(header.serial);
        stream.fail(error);
      }
    }
  }

  /** Pauses or continues the socket, and ends the fullest stream when memory is at stake. */
  updateGate(): void {
    if (this.#unreadBytes <= UNREAD_BYTES_NORMAL) this.#allowedBytes = UNREAD_BYTES_NORMAL;
    const decision = decideGate({
      unreadBytes: this.#unreadBytes,
      allowedBytes: this.#allowedBytes,
      callsInFlight: this.#port.callsInFlight(),
    });
    if (decision === "abort") {
      this.#abortFullest();
      return;
    }
    const mustPause = decision === "pause";
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.#port.transport.pause();
    else this.#port.transport.resume();
  }

  everyInterval(): void {
    if (!this.#isPaused) return;
    this.#allowedBytes = this.#unreadBytes + UNREAD_BYTES_STEP;
    this.updateGate();
  }

  /** Much waits to be sent: writers wait until `drained`. */
  clogged(): void {
    this.#drain ??= Promise.withResolvers();
    this.#drain.promise.catch(() => undefined); // There may be no writer at all.
  }

  drained(): void {
    this.#drain?.resolve();
    this.#drain = undefined;
  }

  lost(reason: Error): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { stream } of streams) stream.fail(reason);
    this.#drain?.reject(reason);
    this.#drain = undefined;
  }

  #abortFullest(): void {
    const streams = [...this.#streams.values()].map(({ stream }) => stream);
    const [fullest] = streams.toSorted((a, b) => b.bufferedBytes - a.bufferedBytes);
    if (fullest === undefined) return;
    this.#port.log.warn("a libvirt stream is not read and is aborted", { bufferedBytes: fullest.bufferedBytes });
    fullest.abort(new StreamStalled(`${fullest.bufferedBytes} bytes of the stream were not read`));
  }
}

function readPiece(header: PacketHeader, reader: XdrReader): Parameters<ByteStream["receive"]>[0] {
  if (header.type === types.stream) return { kind: "data", bytes: reader.rest() };
  const { length } = decodeStreamHole(reader);
  reader.finish();
  if (length < 0) throw new ProtocolError(`a hole of ${length} bytes`);
  return { kind: "hole", lengthBytes: length };
}

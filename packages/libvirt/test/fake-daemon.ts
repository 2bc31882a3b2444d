import { XdrReader, type XdrWriter } from "@yagura/xdr";
import { decodePacketHeader, encodeErrorMessage } from "../src/protocol/generated/net-codecs.ts";
import { programs, packetStatuses as statuses, packetTypes as types } from "../src/protocol/generated/net-constants.ts";
import { remoteProcedures } from "../src/protocol/generated/remote-procedures.ts";
import type { Transport, TransportListener } from "../src/transport/transport.ts";
import type { PacketHeader } from "../src/wire/header.ts";
import { PacketReader } from "../src/wire/packet-reader.ts";
import { encodeRaw, PacketWriter } from "../src/wire/packet-writer.ts";
import { findCodec } from "./codec-by-name.ts";

/** What a test sees of a packet that the client sent. */
export interface Received {
  readonly header: PacketHeader;
  readonly name: string;
  readonly payload: Buffer;
}

type Encode = (writer: XdrWriter, value: unknown) => void;

const names: ReadonlyMap<number, keyof typeof remoteProcedures> = new Map(
  Object.entries(remoteProcedures).map(([method, { number }]) => [number, method as keyof typeof remoteProcedures]),
);

/** The daemon's end of a connection in memory. Answers what is needed to open one; the rest is up to the test. */
export class FakeDaemon implements Transport {
  readonly received: Received[] = [];
  /** Results of calls by method; those that are not here wait for the test to answer them. */
  readonly answers: Record<string, unknown> = {
    authList: { types: [0] },
    connectOpen: undefined,
    connectClose: undefined,
    connectSupportsFeature: { supported: 1 },
    connectRegisterCloseCallback: undefined,
  };
  isPaused = false;
  isClosed = false;
  sendsReturn = true;
  #listener: TransportListener | undefined;
  readonly #packets = new PacketReader((bytes, start, end) => this.#take(Buffer.from(bytes.subarray(start, end))));

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  send(bytes: Buffer): boolean {
    this.#packets.push(bytes);
    return this.sendsReturn;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    queueMicrotask(() => this.#listener?.ended(undefined));
  }

  /** The calls that came, without what opens a connection. */
  get calls(): Received[] {
    return this.received.filter(({ name }) => !(name in this.answers));
  }

  /** Answers the oldest call of this name with a result. */
  reply(call: Received, result?: unknown): void {
    this.packet({ ...call.header, type: types.reply }, encoderOf(`${call.name}Result`), result);
  }

  fail(call: Received, code: number, message: string, type: number = types.reply): void {
    const error = { code, domain: 10, level: 2, message, int1: -1, int2: -1 };
    this.packet({ ...call.header, type, status: statuses.error }, encodeErrorMessage as Encode, error);
  }

  event(number: number, type: string, message: unknown): void {
    this.packet(messageHeader(programs.remote, number), encoderOf(type), message);
  }

  keepalive(number: number): void {
    this.packet(messageHeader(programs.keepalive, number), () => undefined, undefined);
  }

  stream(call: Received, bytes: Uint8Array, status: number = statuses.continue): void {
    this.packet({ ...call.header, type: types.stream, status }, encodeRaw as Encode, bytes);
  }

  packet(header: PacketHeader, encode: Encode, value: unknown): void {
    const writer = new PacketWriter();
    writer.add(header, encode, value);
    this.bytes(writer.take());
  }

  bytes(bytes: Buffer): void {
    this.#listener?.bytes(bytes);
  }

  drained(): void {
    this.sendsReturn = true;
    this.#listener?.drained();
  }

  /** The daemon is gone. */
  die(reason?: Error): void {
    this.isClosed = true;
    this.#listener?.ended(reason);
  }

  #take(bytes: Buffer): void {
    const reader = new XdrReader();
    reader.reset(bytes);
    const header = decodePacketHeader(reader);
    const name =
      header.prog === programs.remote
        ? (names.get(header.proc) ?? `procedure ${header.proc}`)
        : `program ${header.prog}: ${header.proc}`;
    const received = { header, name, payload: bytes.subarray(24) };
    this.received.push(received);
    // As a real daemon, never within the client's own call.
    if (header.type === types.call && name in this.answers)
      queueMicrotask(() => this.reply(received, this.answers[name]));
  }
}

function messageHeader(prog: number, proc: number): PacketHeader {
  return { prog, vers: 1, proc, type: types.message, serial: 0, status: statuses.ok };
}

function encoderOf(type: string): Encode {
  return findCodec(type)?.encode ?? (() => undefined);
}

/** Lets everything run that is ready to. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

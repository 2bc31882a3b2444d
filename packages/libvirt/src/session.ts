import type { Log } from "@yagura/std/log.ts";
import { CannotEncode, UnknownVariant, XdrReader, type XdrWriter } from "@yagura/xdr";
import { type CallLimits, CallWindow } from "./call-window.ts";
import { ConnectionLost, ProtocolError, TooManyCalls } from "./errors.ts";
import type { Caller, CallOptions, WithStream } from "./protocol/caller.ts";
import { decodePacketHeader } from "./protocol/generated/net-codecs.ts";
import { packetStatuses as statuses, packetTypes as types } from "./protocol/generated/net-constants.ts";
import { encodeNothing, type Pace, type Procedure } from "./protocol/procedure.ts";
import { SessionStreams } from "./session-streams.ts";
import type { ByteStream } from "./stream.ts";
import type { Transport } from "./transport/transport.ts";
import { checkHeader, headerOf, type PacketHeader } from "./wire/header.ts";
import { PacketReader } from "./wire/packet-reader.ts";
import { PacketWriter } from "./wire/packet-writer.ts";
import { readError } from "./wire/read-error.ts";

/** A call from the moment it is made until its answer has come. */
interface PendingCall {
  readonly procedure: Procedure<unknown, unknown>;
  readonly pace: Pace;
  readonly args: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  serial: number;
  /** Open from the moment the call is sent: the daemon may send data before it sends the answer. */
  stream: ByteStream | undefined;
  /** The caller waits no longer. */
  isAbandoned: boolean;
  /** Lets go of the caller's signal. */
  forget: (() => void) | undefined;
}

export interface SessionOptions {
  readonly limits: CallLimits;
  readonly log: Log;
  /** Anything arrived. */
  heard(): void;
  /** A message that belongs to no call: an event, or a keepalive. */
  message(header: PacketHeader, payload: XdrReader): void;
}

const SERIAL_MAX = 0xffff_ffff;

/**
 * One conversation with a daemon over a transport: brings calls to the wire and each answer to its caller by serial,
 * and ends everything with a reason as soon as one packet is not what it must be.
 *
 * Calls made in one turn of the event loop leave in one write.
 */
export class Session implements Caller {
  readonly #transport: Transport;
  readonly #options: SessionOptions;
  readonly #window: CallWindow<PendingCall>;
  readonly #calls = new Map<number, PendingCall>();
  readonly #streams: SessionStreams;
  readonly #packets = new PacketReader((bytes, start, end) => this.#receive(bytes, start, end));
  readonly #reader = new XdrReader();
  readonly #writer = new PacketWriter();
  readonly #closed = Promise.withResolvers<Error | undefined>();
  #serial = 0;
  #isFlushScheduled = false;
  #end: { readonly error: ConnectionLost; readonly reason: Error | undefined } | undefined;

  constructor(transport: Transport, options: SessionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#window = new CallWindow(options.limits);
    this.#streams = new SessionStreams({
      send: (procedure, rest, encode, payload) => this.#send(headerOf(procedure, rest), encode, payload),
      flush: () => this.#flush(),
      transport,
      callsInFlight: () => this.#calls.size,
      log: options.log,
    });
    transport.listen({
      bytes: (chunk) => this.#push(chunk),
      drained: () => this.#streams.drained(),
      ended: (reason) => this.#transportEnded(reason),
    });
  }

  /** Resolves when the conversation is over: with `undefined` if we ended it, else with the reason. */
  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#begin(
        procedure as Procedure<unknown, unknown>,
        args,
        resolve as (result: unknown) => void,
        reject,
        options,
      );
    });
  }

  open<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options?: CallOptions,
  ): Promise<Result & WithStream> {
    return this.call(procedure, args, options) as Promise<Result & WithStream>;
  }

  /** Sends a message that has no answer. */
  send(header: PacketHeader): void {
    if (this.#end === undefined) this.#send(header, encodeNothing, undefined);
  }

  /** A keepalive interval has passed: lets in a little of what a stalled reader holds up. */
  everyInterval(): void {
    this.#streams.everyInterval();
  }

  /** Ends the conversation; `reason` is what every waiter gets as the cause. Only the first end counts. */
  end(why: string, reason?: Error): void {
    if (this.#end !== undefined) return;
    const error = new ConnectionLost(why, reason === undefined ? {} : { cause: reason });
    this.#end = { error, reason: reason === undefined ? undefined : error };
    const waiting = [...this.#calls.values(), ...this.#window.drain()];
    this.#calls.clear();
    for (const call of waiting) {
      call.forget?.();
      call.reject(error);
    }
    this.#streams.lost(error);
    this.#transport.close();
    this.#closed.resolve(this.#end.reason);
  }

  #begin(
    procedure: Procedure<unknown, unknown>,
    args: unknown,
    resolve: (result: unknown) => void,
    reject: (reason: unknown) => void,
    options: CallOptions | undefined,
  ): void {
    const refusal = this.#whyRefuse(procedure, options?.signal);
    if (refusal !== undefined) {
      reject(refusal.reason);
      return;
    }
    const { pace } = procedure;
    const call: PendingCall = {
      procedure,
      pace,
      args,
      resolve,
      reject,
      serial: 0,
      stream: undefined,
      isAbandoned: false,
      forget: undefined,
    };
    if (options?.signal !== undefined) abandonOn(options.signal, call);
    if (this.#window.admit(call)) {
      this.#transmit(call);
      this.#transmitWaiting();
    }
  }

  #whyRefuse(procedure: Procedure<unknown, unknown>, signal: AbortSignal | undefined): { reason: unknown } | undefined {
    if (this.#end !== undefined) return { reason: this.#end.error };
    if (signal?.aborted === true) return { reason: signal.reason };
    if (!this.#window.isFull) return undefined;
    return { reason: new TooManyCalls(`${procedure.name}: ${this.#window.waiting} calls wait already`) };
  }

  /** Sends an admitted call, or gives its place back. */
  #transmit(call: PendingCall): void {
    if (call.isAbandoned) {
      this.#window.release(call);
      return;
    }
    const { procedure } = call;
    const serial = this.#nextSerial();
    try {
      this.#send(headerOf(procedure, { type: types.call, serial, status: statuses.ok }), procedure.encode, call.args);
    } catch (cause) {
      this.#window.release(call);
      call.forget?.();
      call.reject(new CannotEncode(`cannot send ${procedure.name}`, { cause }));
      return;
    }
    call.serial = serial;
    this.#calls.set(serial, call);
    if (procedure.stream !== undefined) call.stream = this.#streams.open(procedure, serial);
    this.#streams.updateGate();
  }

  #transmitWaiting(): void {
    for (let next = this.#window.next(); next !== undefined; next = this.#window.next()) this.#transmit(next);
  }

  #nextSerial(): number {
    do this.#serial = this.#serial === SERIAL_MAX ? 1 : this.#serial + 1;
    while (this.#calls.has(this.#serial) || this.#streams.has(this.#serial));
    return this.#serial;
  }

  #send<T>(header: PacketHeader, encode: (writer: XdrWriter, value: T) => void, value: T): void {
    this.#writer.add(header, encode, value);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    process.nextTick(this.#flushLater);
  }

  readonly #flushLater = (): void => {
    this.#isFlushScheduled = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#writer.pendingBytes === 0 || this.#end !== undefined) return;
    if (!this.#transport.send(this.#writer.take())) this.#streams.clogged();
  }

  #push(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    this.#options.heard();
    try {
      this.#packets.push(chunk);
    } catch (cause) {
      this.end("the daemon sent a bad packet", cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #transportEnded(reason: Error | undefined): void {
    const cut = this.#packets.heldBytes > 0 ? " in the middle of a packet" : "";
    this.end(`the daemon closed it${cut}`, reason ?? new Error("end of file"));
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    if (this.#end !== undefined) return; // An earlier packet of this chunk ended it.
    const reader = this.#reader;
    reader.reset(bytes, start, end);
    const header = decodePacketHeader(reader);
    checkHeader(header);
    switch (header.type) {
      case types.reply:
        this.#reply(header, reader);
        break;
      case types.message:
        this.#options.message(header, reader);
        break;
      case types.stream:
      case types.streamHole:
        this.#streams.receive(header, reader);
        break;
      default:
        throw new ProtocolError(`a packet of type ${header.type}, which a daemon does not send unasked`);
    }
  }

  #reply(header: PacketHeader, reader: XdrReader): void {
    const call = this.#calls.get(header.serial);
    if (call === undefined) throw new ProtocolError(`an answer to call ${header.serial}, which was not made`);
    const { procedure } = call;
    if (header.prog !== procedure.program || header.proc !== procedure.number) {
      throw new ProtocolError(`an answer to procedure ${header.proc} of ${header.prog}, asked was ${procedure.name}`);
    }
    if (header.status === statuses.error) {
      const error = readError(reader, procedure.name);
      this.#streams.drop(header.serial, error);
      call.reject(error);
    } else if (header.status === statuses.ok) this.#succeed(call, reader);
    else throw new ProtocolError(`an answer to ${procedure.name} with status ${header.status}`);
    this.#calls.delete(header.serial);
    call.forget?.();
    this.#window.release(call);
    this.#transmitWaiting();
    this.#streams.updateGate();
  }

  #succeed(call: PendingCall, reader: XdrReader): void {
    const { procedure } = call;
    let result: unknown;
    try {
      result = procedure.decode(reader);
      reader.finish();
    } catch (cause) {
      const error = new ProtocolError(`cannot read the answer to ${procedure.name}`, { cause });
      // A variant of a newer daemon costs this answer, not the connection: the next packet begins where it should.
      if (!(cause instanceof UnknownVariant)) throw error;
      call.stream?.abort();
      call.reject(error);
      return;
    }
    if (call.isAbandoned) call.stream?.abort();
    call.resolve(call.stream === undefined ? result : { ...(result as object | undefined), stream: call.stream });
  }
}

/** A long-lived signal must not keep a listener for each call that it never ended. */
function abandonOn(signal: AbortSignal, call: PendingCall): void {
  const abandon = (): void => {
    call.isAbandoned = true;
    call.reject(signal.reason);
  };
  signal.addEventListener("abort", abandon, { once: true });
  call.forget = () => signal.removeEventListener("abort", abandon);
}

import type { Duplex } from "node:stream";
import type { Clock } from "@yagura/std/clock.ts";
import type { Log } from "@yagura/std/log.ts";
import { errorFrame, type Frame, messageFrame, type ServerEffect, ServerStompSession } from "@yagura/stomp";
import { AgentFault } from "./agent-fault.ts";
import type { CallContext } from "./call.ts";
import { type Dispatch, dispatch } from "./dispatch.ts";
import { FrameStream } from "./frame-stream.ts";
import {
  faultResponse,
  formatResponses,
  parseRequests,
  type RpcEntry,
  type RpcResponse,
  resultResponse,
} from "./json-rpc.ts";
import type { Peer } from "./peer.ts";
import { parseSpmEpoch } from "./spm-epoch.ts";

/** Passes messages between the connections of one server. */
export interface Broker {
  /** Sends an answer to whoever of the caller's party listens at `destination`. */
  reply(from: Session, destination: string, body: string): void;
  /** Passes a frame on; says how many subscriptions got it. */
  forward(from: Session, destination: string, frame: Frame): number;
}

export interface SessionOptions {
  readonly stream: Duplex;
  readonly peer: Peer;
  readonly broker: Broker;
  readonly to: Dispatch;
  readonly limits: {
    readonly frameBytesMax: number;
    readonly outgoingBytesMax: number;
    readonly callsPerHost: number;
  };
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the server closes. */
  readonly serverEnded: AbortSignal;
}

type RequestEffect = ServerEffect & { readonly do: "request" };

/** One connection that the server serves. */
export class Session {
  readonly peer: Peer;
  readonly #options: SessionOptions;
  readonly #frames: FrameStream;
  readonly #stomp = new ServerStompSession();
  readonly #localAddress: string | undefined;
  #callsUnderWay = 0;

  constructor(options: SessionOptions) {
    this.peer = options.peer;
    this.#options = options;
    const { stream, clock, limits } = options;
    const address = (stream as { readonly localAddress?: unknown }).localAddress;
    this.#localAddress = typeof address === "string" ? address : undefined;
    this.#frames = new FrameStream({
      stream,
      clock,
      frameBytesMax: limits.frameBytesMax,
      outgoingBytesMax: limits.outgoingBytesMax,
      saysErrors: true,
      onFrame: (frame) => this.#handle(frame),
    });
  }

  get closed(): Promise<Error | undefined> {
    return this.#frames.closed;
  }

  close(reason?: Error): void {
    this.#frames.close(reason);
  }

  /** Bytes that were read before the session was made. */
  receive(bytes: Uint8Array): void {
    this.#frames.receive(bytes);
  }

  /** Sends a message to every subscription to exactly this destination; says how many there are. */
  deliver(destination: string, body: string): number {
    const ids = this.#stomp.subscriptionsTo(destination);
    for (const id of ids) this.#frames.send(messageFrame(destination, id, body));
    return ids.length;
  }

  /** Sends a frame to every subscription to this destination or a parent of it; says how many there are. */
  forward(destination: string, frameFor: (subscriptionId: string) => Frame): number {
    const ids = this.#stomp.subscriptionsOver(destination);
    for (const id of ids) this.#frames.send(frameFor(id));
    return ids.length;
  }

  #handle(received: Frame): void {
    for (const effect of this.#stomp.handle(received)) {
      switch (effect.do) {
        case "send":
          this.#frames.send(effect.frame);
          break;
        case "beat":
          this.#frames.beat(effect.times);
          break;
        case "request":
          void this.#answer(effect);
          break;
        case "forward": {
          const count = this.#options.broker.forward(this, effect.destination, effect.frame);
          if (count === 0 && !effect.isRequest) this.#frames.send(errorFrame("Subscription not available"));
          break;
        }
        case "close":
          this.close(received.command === "DISCONNECT" ? undefined : new Error(effect.because));
          return;
      }
    }
  }

  async #answer({ body, replyTo, correlationId, spmEpoch: epochText }: RequestEffect): Promise<void> {
    const spmEpoch = parseSpmEpoch(epochText);
    const context: CallContext = {
      peer: this.peer,
      correlationId,
      spmEpoch: spmEpoch === "malformed" ? undefined : spmEpoch,
      signal: this.#options.serverEnded,
      localAddress: this.#localAddress,
    };
    const entries = parseRequests(body).map((entry) => (spmEpoch === "malformed" ? refuseEpoch(entry) : entry));
    const responses = await Promise.all(entries.map((entry) => this.#respond(entry, context)));
    const text = formatResponses(responses.filter((response) => response !== undefined));
    if (text !== undefined) this.#options.broker.reply(this, replyTo, text);
  }

  /** Never rejects: whatever goes wrong is an answer. `undefined`: the caller wants none. */
  async #respond(entry: RpcEntry, context: CallContext): Promise<RpcResponse | undefined> {
    if ("fault" in entry) return faultResponse(entry.id, entry.fault);
    const { request } = entry;
    this.#callsUnderWay += 1;
    try {
      if (this.peer.role === "host" && this.#callsUnderWay > this.#options.limits.callsPerHost) {
        throw new AgentFault("ResourceExhausted", "one host may not ask for more at a time");
      }
      const result = await dispatch(request, context, this.#options.to);
      return request.id === undefined ? undefined : resultResponse(request.id, result);
    } catch (error) {
      const fault =
        error instanceof AgentFault ? error : new AgentFault("JsonRpcInternalError", undefined, { cause: error });
      this.#options.log.info("a call was refused", {
        verb: request.method.slice(0, 100),
        code: fault.code,
        text: fault.message,
      });
      return request.id === undefined ? undefined : faultResponse(request.id, fault);
    } finally {
      this.#callsUnderWay -= 1;
    }
  }
}

/** Whoever means an epoch, and cannot say which, must not be served as one who means none. */
function refuseEpoch(entry: RpcEntry): RpcEntry {
  if ("fault" in entry) return entry;
  const fault = new AgentFault("JsonRpcInvalidRequest", "the header yagura-spm-epoch must be a whole number from 0 on");
  return { fault, id: entry.request.id ?? null };
}

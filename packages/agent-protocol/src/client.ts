import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import type { Clock } from "@yagura/std/clock.ts";
import type { Log } from "@yagura/std/log.ts";
import type { AgentEvent } from "./generated/events.ts";
import type { AgentCalls } from "./generated/verbs.ts";

export interface ConnectAgentOptions {
  /** An open connection to use; or else `host` and `port`. */
  readonly socket?: Duplex;
  readonly host?: string;
  /** By default 54321. */
  readonly port?: number;
  /** Key, certificate and CA of this side. `false`: plain TCP, for tests. The name in the peer's certificate is checked only if `checkServerIdentity` is given. */
  readonly tls?: ConnectionOptions | false;
  /** Ends the attempt to connect; later use `close`. */
  readonly signal?: AbortSignal;
  /** Time to connect, TLS and STOMP together. By default 20 s. */
  readonly connectTimeoutMs?: number;
  /** The agent must send something this often, or the connection counts as dead. By default 30 s; 0: never. */
  readonly heartbeatMs?: number;
  /** By default 60 s. */
  readonly callTimeoutMs?: number;
  /** Calls under way; the next one fails at once. By default 1000. */
  readonly callsMax?: number;
  readonly frameBytesMax?: number;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** An event with the place it has in the order of its agent. */
export interface ReceivedEvent {
  readonly event: AgentEvent;
  /** Milliseconds that only grow while the agent's machine runs; for ordering only. */
  readonly notifyTime: number;
}

/** A connection to one host agent. */
export interface AgentClient extends AsyncDisposable {
  /** `client.call.Host.getCapabilities()`: throws AgentFault (the agent said no), OutcomeUnknown, NotConnected, UnexpectedAnswer. */
  readonly call: AgentCalls;
  /**
   * What the agent announces from now on, until the connection ends. Bounded: if the reader is slow the oldest are
   * dropped, and `missed` says how many; ask the agent for the truth then.
   */
  events(): AgentEventFeed;
  /** Resolves when the connection has ended; `undefined` after `close()`. */
  readonly closed: Promise<Error | undefined>;
  readonly isOpen: boolean;
  close(): Promise<void>;
}

export interface AgentEventFeed extends AsyncIterable<ReceivedEvent>, Disposable {
  /** How many were dropped so far because nobody read them. */
  readonly missed: number;
}

/**
 * Connects to an agent. The connection is not made again when it ends: whoever needs it decides.
 * @throws ConnectionEnded when it cannot be made; the cause says why.
 */
export async function connectAgent(_options: ConnectAgentOptions): Promise<AgentClient> {
  throw new Error("not yet");
}

import type { Duplex } from "node:stream";
import type { Clock } from "@yagura/std/clock.ts";
import type { Log } from "@yagura/std/log.ts";
import type { AgentEvent } from "./generated/events.ts";
import type { SomeVerbs } from "./generated/verbs.ts";
import type { Peer } from "./peer.ts";

export interface ServeAgentOptions {
  readonly verbs: SomeVerbs;
  /** While it says true, every call is answered with 99 RecoveryInProgress and no event goes out. */
  readonly isRecovering?: () => boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** Calls carried out side by side; the next ones wait. */
  readonly workers: number;
  /** Calls that wait; the next one is answered with 1100. */
  readonly queue: number;
  /** A call that takes longer no longer counts as a worker, so that stuck calls cannot stop the agent. */
  readonly workerTimeoutMs: number;
  /** Calls of one other host, waiting or under way. */
  readonly callsPerHost: number;
  /** The longest frame accepted; a longer one is answered with ERROR and the connection closed. */
  readonly frameBytesMax: number;
  /** What may wait to be sent on one connection; more closes it. */
  readonly outgoingBytesMax: number;
}

/** The agent's side of port 54321, behind TLS and protocol detection. */
export interface AgentServer extends AsyncDisposable {
  /**
   * Serves one connection until it ends. `firstBytes` is what protocol detection has already read.
   * The stream belongs to the server from now on.
   */
  accept(stream: Duplex, peer: Peer, firstBytes?: Uint8Array): ServerSession;
  /** Announces an event to every Manager that listens; `notify_time` is added. Never throws, never waits. */
  publish(event: AgentEvent): void;
  readonly sessions: ReadonlySet<ServerSession>;
  /** Closes every connection and waits for calls that are under way, at most 5 s. */
  close(): Promise<void>;
}

export interface ServerSession {
  readonly peer: Peer;
  /** Resolves when the connection has ended, with the reason if it was not the peer's wish. */
  readonly closed: Promise<Error | undefined>;
  close(reason?: Error): void;
}

/** Starts serving; connections come in by `accept`. */
export function serveAgent(_options: ServeAgentOptions): AgentServer {
  throw new Error("not yet");
}

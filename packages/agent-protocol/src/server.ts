import type { Duplex } from "node:stream";
import { sinceBootMs } from "@yagura/std/boot-time.ts";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { eventDestination, forwardedFrame } from "@yagura/stomp";
import { CallGate } from "./call-gate.ts";
import type { Dispatch } from "./dispatch.ts";
import { eventTime, formatEvent } from "./event-text.ts";
import type { AgentEvent } from "./generated/events.ts";
import type { SomeVerbs } from "./generated/verbs.ts";
import { isSameParty, type Peer } from "./peer.ts";
import { type Broker, Session } from "./server-session.ts";

export interface ServeAgentOptions {
  readonly verbs: SomeVerbs;
  /** While it says true, every call is answered with 99 RecoveryInProgress and no event goes out. */
  readonly isRecovering?: (() => boolean) | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
  /** Holds every result against the definition: for stand-ins and tests. */
  readonly checkResults?: boolean | undefined;
  /** Milliseconds since the machine started, for `notify_time`. */
  readonly sinceBootMs?: (() => number) | undefined;
}

export interface ServerLimits {
  /** Calls carried out side by side; the next ones wait. */
  readonly workers: number;
  /** Calls that wait; the next one is answered with 1100. */
  readonly queue: number;
  /** A call that takes longer no longer counts as a worker, so that stuck calls cannot stop the agent. */
  readonly workerTimeoutMs: number;
  /** Calls of one connection of another host, waiting or under way. */
  readonly callsPerHost: number;
  /** The longest frame accepted; a longer one is answered with ERROR and the connection closed. */
  readonly frameBytesMax: number;
  /** What may wait to be sent on one connection; more closes it. */
  readonly outgoingBytesMax: number;
}

// Workers, queue and time-out are VDSM's ([rpc] worker_threads, tasks_per_worker, worker_timeout).
const defaultLimits: ServerLimits = {
  workers: 8,
  queue: 80,
  workerTimeoutMs: 60_000,
  callsPerHost: 8,
  frameBytesMax: 16 * 1024 * 1024,
  outgoingBytesMax: 64 * 1024 * 1024,
};

/** What another host has to say is short. Whoever has stolen a host's key must not be able to fill our memory. */
const hostLimits = { frameBytesMax: 1024 * 1024, outgoingBytesMax: 4 * 1024 * 1024 } as const;

function limitsFor(peer: Peer, limits: ServerLimits): ServerLimits {
  if (peer.role === "manager") return limits;
  return {
    ...limits,
    frameBytesMax: Math.min(limits.frameBytesMax, hostLimits.frameBytesMax),
    outgoingBytesMax: Math.min(limits.outgoingBytesMax, hostLimits.outgoingBytesMax),
  };
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
  /** Closes every connection. Verbs under way are told by their signal; they are not waited for. Safe to call twice. */
  close(): Promise<void>;
}

export interface ServerSession {
  readonly peer: Peer;
  /** Resolves when the connection has ended, with the reason if it was not the peer's wish. */
  readonly closed: Promise<Error | undefined>;
  close(reason?: Error): void;
}

/** Starts serving; connections come in by `accept`. */
export function serveAgent(options: ServeAgentOptions): AgentServer {
  const { verbs, clock = systemClock, log = silentLog, checkResults = false } = options;
  const isRecovering = options.isRecovering ?? (() => false);
  const bootMs = options.sinceBootMs ?? sinceBootMs;
  const limits = { ...defaultLimits, ...options.limits };
  const sessions = new Set<Session>();
  const ended = new AbortController();
  const to: Dispatch = { verbs, isRecovering, gate: new CallGate(limits, clock), checkResults, log };

  const broker: Broker = {
    reply(from, destination, body) {
      // As in VDSM, an answer goes to every connection that listens there, but only of the same party.
      const listeners = [...sessions].filter((session) => isSameParty(session.peer, from.peer));
      const count = sum(listeners.map((session) => session.deliver(destination, body)));
      if (count === 0) log.warn("nobody listens where an answer should go", { destination, peer: from.peer });
    },
    forward(from, destination, frame) {
      const listeners = [...sessions].filter((session) => isSameParty(session.peer, from.peer));
      return sum(listeners.map((session) => session.forward(destination, (id) => forwardedFrame(frame, id))));
    },
  };

  return {
    sessions,
    accept(stream, peer, firstBytes) {
      const ofPeer = limitsFor(peer, limits);
      const session = new Session({ stream, peer, broker, to, limits: ofPeer, clock, log, serverEnded: ended.signal });
      sessions.add(session);
      void session.closed.then((reason) => {
        sessions.delete(session);
        log.info("a connection ended", { peer, reason: reason === undefined ? "asked for" : describeError(reason) });
      });
      if (ended.signal.aborted) session.close(new Error("the server is closing"));
      else if (firstBytes !== undefined) session.receive(firstBytes);
      return session;
    },
    publish(event) {
      if (isRecovering() || ended.signal.aborted) return;
      const body = formatEvent(event, eventTime(bootMs()));
      for (const session of sessions) {
        if (session.peer.role === "manager") session.deliver(eventDestination, body);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    ended.abort(new Error("the server is closing"));
    to.gate.close();
    for (const session of sessions) session.close();
    await Promise.all([...sessions].map((session) => session.closed));
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

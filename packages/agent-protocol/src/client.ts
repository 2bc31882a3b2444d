import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import type { CallOptions } from "./call.ts";
import { ClientConnection } from "./client-connection.ts";
import { dial } from "./dial.ts";
import { ConnectionEnded } from "./errors.ts";
import type { AgentEventFeed } from "./event-feed.ts";
import { type AgentCalls, verbNames } from "./generated/verbs.ts";

export interface ConnectAgentOptions {
  /** An open connection to use; or else `host` and `port`. */
  readonly socket?: Duplex | undefined;
  readonly host?: string | undefined;
  /** By default 54321. */
  readonly port?: number | undefined;
  /** Key, certificate and CA of this side. `false`: plain TCP, for tests. The name in the peer's certificate is checked only if `checkServerIdentity` is given. */
  readonly tls?: ConnectionOptions | false | undefined;
  /** Ends the attempt to connect; later use `close`. */
  readonly signal?: AbortSignal | undefined;
  /** Time to connect, TLS and STOMP together. By default 20 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** The agent must send something this often, or the connection counts as dead. By default 30 s; 0: never. */
  readonly heartbeatMs?: number | undefined;
  /** By default 60 s. */
  readonly callTimeoutMs?: number | undefined;
  /** Calls under way; the next one fails at once. By default 1000. */
  readonly callsMax?: number | undefined;
  /** The longest answer accepted. By default 64 MiB. */
  readonly frameBytesMax?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
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
  /** Resolves when the connection has ended, with the reason; `undefined` after `close()`. */
  readonly closed: Promise<Error | undefined>;
  readonly isOpen: boolean;
  close(): Promise<void>;
}

const connectTimeoutMsDefault = 20_000;

/**
 * Connects to an agent. The connection is not made again when it ends: whoever needs it decides.
 * @throws ConnectionEnded when it cannot be made; the cause says why.
 */
export async function connectAgent(options: ConnectAgentOptions): Promise<AgentClient> {
  const { host = "localhost", port = 54321, connectTimeoutMs = connectTimeoutMsDefault } = options;
  const what = options.socket === undefined ? `connecting to the agent at ${host}:${port}` : "connecting to the agent";
  try {
    const open = (signal: AbortSignal): Promise<ClientConnection> => openConnection(options, { host, port, signal });
    return clientOver(await withDeadline(what, connectTimeoutMs, open, options.signal));
  } catch (cause) {
    throw new ConnectionEnded(`${what} failed`, { cause });
  }
}

async function openConnection(
  options: ConnectAgentOptions,
  { host, port, signal }: { readonly host: string; readonly port: number; readonly signal: AbortSignal },
): Promise<ClientConnection> {
  const stream = options.socket ?? (await dial({ host, port, tls: options.tls ?? false, signal }));
  const connection = new ClientConnection({
    stream,
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
    heartbeatMs: options.heartbeatMs ?? 30_000,
    callTimeoutMs: options.callTimeoutMs ?? 60_000,
    callsMax: options.callsMax ?? 1000,
    frameBytesMax: options.frameBytesMax ?? 64 * 1024 * 1024,
  });
  const abort = (): void => connection.abandon(new Error("the attempt was given up", { cause: signal.reason }));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await connection.ready;
    signal.throwIfAborted();
    return connection;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function clientOver(connection: ClientConnection): AgentClient {
  const close = async (): Promise<void> => {
    connection.close();
    await connection.closed;
  };
  return {
    call: callsOver(connection),
    events: () => connection.events(),
    closed: connection.closed,
    get isOpen() {
      return connection.isOpen;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One function for each verb of the definition. */
function callsOver(connection: ClientConnection): AgentCalls {
  const calls: Record<string, Record<string, unknown>> = {};
  for (const name of verbNames) {
    const [namespace = "", verb = ""] = name.split(".", 2);
    calls[namespace] ??= {};
    calls[namespace][verb] = (params: object = {}, options: CallOptions = {}) => connection.call(name, params, options);
  }
  return calls as unknown as AgentCalls;
}

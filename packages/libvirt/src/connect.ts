import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { authenticate } from "./authenticate.ts";
import { type CallLimits, defaultCallLimits } from "./call-window.ts";
import type { Connection } from "./connection.ts";
import { CannotConnect } from "./errors.ts";
import { EventRouter } from "./event-router.ts";
import { openEvents } from "./events.ts";
import { defaultKeepalive, Keepalive } from "./keepalive.ts";
import { readMessage } from "./messages.ts";
import {
  VIR_DRV_FEATURE_PROGRAM_KEEPALIVE,
  VIR_DRV_FEATURE_REMOTE_CLOSE_CALLBACK,
} from "./protocol/generated/constants.ts";
import { keepaliveMessages, packetStatuses, packetTypes, programs } from "./protocol/generated/net-constants.ts";
import { qemuCalls } from "./protocol/generated/qemu-calls.ts";
import { type RemoteCalls, remoteCalls } from "./protocol/generated/remote-calls.ts";
import { Session } from "./session.ts";
import { describeEndpoint, dial, type TlsOptions } from "./transport/dial.ts";
import type { Transport } from "./transport/transport.ts";
import { parseLibvirtUri } from "./uri.ts";
import { headerOf, type PacketHeader } from "./wire/header.ts";

const CONNECT_TIMEOUT_MS = 15_000;
/** After that the socket is closed without the daemon's good-bye. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface ConnectOptions {
  /** `qemu:///system`, `qemu:///session`, `test:///default`, `qemu+tls://host/system`, `qemu+tcp://host/system`. */
  readonly uri: string;
  /** The daemon's socket, when it is not where libvirt puts it. */
  readonly socketPath?: string | undefined;
  /** Certificates, for `+tls`. The daemon's is always verified. */
  readonly tls?: TlsOptions | undefined;
  /** Opens the hypervisor for reading only, on the system's socket for readers. */
  readonly readOnly?: boolean | undefined;
  /** Ends the attempt to connect; not the connection. */
  readonly signal?: AbortSignal | undefined;
  readonly connectTimeoutMs?: number;
  /** Silence after which the daemon is pinged (5 s); 0: neither side watches the other. */
  readonly keepaliveIntervalMs?: number;
  /** Pings that may stay unanswered before the connection is given up (5). */
  readonly keepaliveUnansweredMax?: number;
  readonly limits?: Partial<CallLimits>;
  /** Where the sockets of a user's own daemon are: `/run/user/UID`. */
  readonly runtimeDirectory?: string | undefined;
  readonly log?: Log | undefined;
  readonly clock?: Clock;
}

/**
 * Connects, authenticates, opens the hypervisor, and agrees on keepalive.
 * @throws CannotConnect with the cause: no daemon there, not allowed, no such driver, or no answer in time.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const uid = process.getuid?.() ?? 0;
  const { runtimeDirectory = `/run/user/${uid}`, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const { name, endpoints } = parseLibvirtUri(options.uri, { ...options, uid, runtimeDirectory });
  let failure: CannotConnect | undefined;
  for (const endpoint of endpoints) {
    try {
      return await withDeadline(
        "connecting to libvirt",
        connectTimeoutMs,
        async (signal) => await open(await dial(endpoint, signal), name, options, signal),
        options.signal,
      );
    } catch (cause) {
      const error = new CannotConnect(describeEndpoint(endpoint), { cause });
      if (!isAbsent(cause)) throw error;
      failure ??= error; // The first place to look is the one to name.
    }
  }
  throw failure ?? new CannotConnect(options.uri, { cause: new Error("no place to connect to") });
}

/** Speaks libvirt over a byte stream that is open already; `name` is what the daemon is to open. */
export async function open(
  transport: Transport,
  name: string,
  options: Omit<ConnectOptions, "uri">,
  signal: AbortSignal,
): Promise<Connection> {
  const { log = silentLog, clock = systemClock } = options;
  const { keepaliveIntervalMs: intervalMs = defaultKeepalive.intervalMs } = options;
  const { keepaliveUnansweredMax: unansweredMax = defaultKeepalive.unansweredMax } = options;
  const keepalive = new Keepalive({ intervalMs, unansweredMax }, clock);
  const router = new EventRouter(log);
  const session = new Session(transport, {
    limits: { ...defaultCallLimits, ...options.limits },
    log,
    heard: () => keepalive.heard(),
    message(header, payload) {
      const message = readMessage(header, payload, log);
      if (message.kind === "event") router.dispatch(message.family, message.event);
      else if (message.kind === "ping") session.send(keepaliveHeader(keepaliveMessages.pong));
      else if (message.kind === "hypervisor gone")
        session.end(`the daemon lost its hypervisor (reason ${message.reason})`, new Error("closed"));
      else if (message.kind === "other")
        log.debug("libvirt sent a message that nobody asked for", { name: message.name });
    },
  });
  const [remote, qemu] = [remoteCalls(session), qemuCalls(session)];
  const onAbort = (): void => session.end("connecting was given up", asError(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await authenticate(remote, signal);
    await remote.connectOpen({ name, flags: options.readOnly === true ? 1 : 0 }, { signal });
    if (intervalMs > 0 && (await supports(remote, VIR_DRV_FEATURE_PROGRAM_KEEPALIVE, signal))) {
      watch(session, keepalive, log);
    }
    if (await supports(remote, VIR_DRV_FEATURE_REMOTE_CLOSE_CALLBACK, signal)) {
      await remote.connectRegisterCloseCallback({ signal });
    }
  } catch (cause) {
    session.end("opening it failed", asError(cause));
    throw cause;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  const close = async (): Promise<void> => {
    if (session.isEnded) return;
    try {
      await withDeadline("closing the connection to libvirt", CLOSE_TIMEOUT_MS, (within) =>
        remote.connectClose({ signal: within }),
      );
    } catch (error) {
      log.debug("libvirt did not say good-bye", { error: String(error) });
    }
    session.end("it was closed by us");
  };
  return {
    uri: name,
    remote,
    qemu,
    events: openEvents(router, remote, qemu),
    closed: session.closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Runs beside the connection until that ends. */
function watch(session: Session, keepalive: Keepalive, log: Log): void {
  const controller = new AbortController();
  const actions = {
    ping: () => session.send(keepaliveHeader(keepaliveMessages.ping)),
    everyInterval: () => session.everyInterval(),
  };
  session.closed.then(
    () => controller.abort(),
    () => controller.abort(),
  );
  keepalive.watch(actions, controller.signal).then(
    (silentMs) => {
      if (silentMs === undefined) return;
      session.end(`the daemon was silent for ${silentMs / 1000} s`, new Error("no answer to keepalive"));
    },
    (error: unknown) => {
      log.error("the keepalive of libvirt failed", { error: String(error) });
      session.end("its keepalive failed", asError(error));
    },
  );
}

async function supports(remote: RemoteCalls, feature: number, signal: AbortSignal): Promise<boolean> {
  return (await remote.connectSupportsFeature({ feature }, { signal })).supported !== 0;
}

function keepaliveHeader(number: number): PacketHeader {
  const procedure = { program: programs.keepalive, version: 1, number };
  return headerOf(procedure, { type: packetTypes.message, serial: 0, status: packetStatuses.ok });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ECONNREFUSED");
}

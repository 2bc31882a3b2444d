import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { AgentServer, Peer } from "@yagura/agent-protocol";
import { type Credentials, peerIdentity } from "@yagura/pki";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { ConnectionCounter, type ConnectionLimits, defaultConnectionLimits } from "./connection-limits.ts";
import { readFirstBytes } from "./first-bytes.ts";

/** A peer that says nothing for so long is asked by TCP whether it is still there: not all agree on heart-beats. */
const KEEPALIVE_AFTER_MS = 30_000;

/** For the TLS handshake, and again for the first bytes after it. vdsm: SSL_HANDSHAKE_TIMEOUT */
const HANDSHAKE_MS_MAX = 10_000;

export interface ListenerOptions {
  readonly address: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly log: Log;
  readonly agent: AgentServer;
  readonly limits?: ConnectionLimits;
  readonly handshakeMsMax?: number;
  /** Serves HTTP on a connection whose first bytes were read already. */
  serveHttp(socket: TLSSocket, firstBytes: Buffer, peer: Peer): void;
}

/** The port cannot be had: the cause says why, such as somebody else who has it. */
export class CannotListen extends Error {
  override readonly name = "CannotListen";
}

/** The one port of the agent. Who connects is decided by the certificate, before a byte of any protocol is read. */
export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(options: ListenerOptions, server: Server) {
    this.#options = options;
    this.#server = server;
  }

  /** @throws CannotListen */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { address, port, credentials, limits = defaultConnectionLimits, handshakeMsMax = HANDSHAKE_MS_MAX } = options;
    const server = createServer({
      ...tlsOptions(credentials),
      requestCert: true,
      rejectUnauthorized: true,
      // Managers of oVirt's may end at 1.2.
      minVersion: "TLSv1.2",
      handshakeTimeout: handshakeMsMax,
      // Each connection is judged anew: a peer whose certificate has expired must not come back by a session ticket.
      sessionTimeout: 1,
    });
    const listener = new Listener(options, server);
    const counter = new ConnectionCounter(limits);
    server.on("connection", (socket) => {
      const peerAddress = socket.remoteAddress ?? "";
      if (!counter.enter(peerAddress)) {
        options.log.warn("too many connections, one was refused", { address: peerAddress });
        socket.destroy();
        return;
      }
      socket.once("close", () => counter.leave(peerAddress));
    });
    server.on("tlsClientError", (error, socket) => {
      options.log.info("a TLS handshake failed", { address: socket.remoteAddress, error: describeError(error) });
      socket.destroy();
    });
    server.on("secureConnection", (socket) => void listener.#serve(socket, handshakeMsMax));
    await listen(server, { address, port });
    server.on("error", (error) => options.log.error("the listener failed", { error: describeError(error) }));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Uses other certificates for connections from now on; those that are open go on. */
  renew(credentials: Credentials): void {
    this.#server.setSecureContext(tlsOptions(credentials));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(socket: TLSSocket, timeoutMs: number): Promise<void> {
    const { log, agent, serveHttp } = this.#options;
    const address = socket.remoteAddress;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", (error) => log.debug("a connection broke", { address, error: describeError(error) }));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_AFTER_MS);
    try {
      const peer = readPeer(socket);
      const { protocol, bytes } = await readFirstBytes(socket, timeoutMs);
      log.debug("a peer connected", { ...peer, protocol, tls: socket.getProtocol() });
      if (protocol === "stomp") agent.accept(socket, peer, bytes);
      else if (protocol === "http") serveHttp(socket, bytes, peer);
      else throw new Error("the peer speaks neither STOMP nor HTTP");
      // Reading the first bytes has paused the connection, and a listener alone does not undo that.
      socket.resume();
    } catch (error) {
      log.info("a connection was closed", { address, error: describeError(error) });
      socket.destroy();
    }
  }
}

/** Takes the port; `::` means IPv4 alone where the kernel has no IPv6. */
async function listen(server: Server, at: { readonly address: string; readonly port: number }): Promise<void> {
  try {
    await listenOnce(server, at);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const lacksIpv6 = at.address === "::" && (code === "EAFNOSUPPORT" || code === "EADDRNOTAVAIL");
    if (lacksIpv6) await listen(server, { ...at, address: "0.0.0.0" });
    else throw new CannotListen(`cannot listen on ${at.address} port ${at.port}`, { cause });
  }
}

function listenOnce(server: Server, { address, port }: { address: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: address, port }, resolve);
  return promise.finally(() => server.off("error", reject));
}

function tlsOptions({ caPem, certificatePem, keyPem }: Credentials) {
  return { ca: caPem, cert: certificatePem, key: keyPem };
}

/** @throws Error when the certificate gives no role. */
function readPeer(socket: TLSSocket): Peer {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error("the peer showed no certificate");
  const identity = peerIdentity(certificate.raw);
  const address = socket.remoteAddress;
  if (identity.role === "manager") return { role: "manager", address };
  if (identity.role === "host") return { role: "host", hostId: identity.hostId, address };
  throw new Error(`the certificate of ${identity.commonName} gives no right here: ${identity.because}`);
}

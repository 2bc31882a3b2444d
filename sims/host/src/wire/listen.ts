import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { type DetectedProtocol, detectProtocol, type Peer } from "@yagura/agent-protocol";
import { peerIdentity } from "@yagura/pki";

/** PEM of this host, and of the authority that peers must come from. */
export interface HostCredentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Incoming {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly protocol: Exclude<DetectedProtocol, "unknown" | "more">;
  readonly firstBytes: Buffer;
}

export interface ListenOptions {
  readonly address: string;
  readonly port: number;
  /** `undefined`: plain TCP, and every peer is a Manager. */
  readonly credentials: HostCredentials | undefined;
  readonly onConnection: (incoming: Incoming) => void;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** How long a peer may take to say what it speaks. */
const detectMs = 10_000;

/** Accepts connections on one port, finds out who comes and what they speak. */
export async function listen({ address, port, credentials, onConnection }: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket, peer: Peer): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.setNoDelay(true);
    detect(socket, (protocol, firstBytes) => onConnection({ socket, peer, protocol, firstBytes }));
  };
  const server =
    credentials === undefined
      ? createServer((socket) => accept(socket, { role: "manager", address: socket.remoteAddress }))
      : createTlsServer(
          { ...credentials, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.2" },
          (socket) => {
            const peer = peerOf(socket);
            if (peer === undefined) socket.destroy();
            else accept(socket, peer);
          },
        );
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  await opened(server, port, address);
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      await promise;
    },
  };
}

function opened(server: Server, port: number, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port, host: address }, () => {
    server.off("error", reject);
    resolve();
  });
  return promise;
}

/** `undefined` for a certificate that gives no role. */
function peerOf(socket: TLSSocket): Peer | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const identity = peerIdentity(certificate.raw);
  const address = socket.remoteAddress;
  if (identity.role === "manager") return { role: "manager", address };
  return identity.role === "host" ? { role: "host", hostId: identity.hostId, address } : undefined;
}

function detect(socket: Socket, found: (protocol: Incoming["protocol"], firstBytes: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  socket.setTimeout(detectMs, () => socket.destroy());
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    const protocol = detectProtocol(bytes);
    if (protocol === "more") return;
    socket.off("data", onData);
    socket.pause();
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    if (protocol === "unknown") socket.destroy();
    else found(protocol, bytes);
  };
  socket.on("data", onData);
}

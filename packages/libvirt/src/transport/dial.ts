import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import { AuthenticationRefused } from "../errors.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { Transport } from "./transport.ts";

/** Certificates for `qemu+tls`: PEM texts, as Node's tls module takes them. */
export type TlsOptions = Pick<SecureContextOptions, "ca" | "cert" | "key"> & {
  /** The name the daemon's certificate must have, when it is not the host of the URI. */
  readonly serverName?: string;
};

export type Endpoint =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "tls"; readonly host: string; readonly port: number; readonly tls: TlsOptions };

/** What the daemon sends over TLS once it has accepted our certificate, before any packet. */
const TLS_ACCEPTED = 1;

export function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === "unix" ? endpoint.path : `${endpoint.kind}://${endpoint.host}:${endpoint.port}`;
}

/** Opens the byte stream, over TLS with both sides' certificates checked. Aborting the signal closes it. */
export async function dial(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  signal.throwIfAborted();
  const transport = new SocketTransport();
  const accepted = endpoint.kind === "tls" ? awaitAcceptance(transport) : undefined;
  const socket = openSocket(endpoint, transport);
  transport.attach(socket, endpoint.kind === "tls");
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const onClose = (): void => reject(new Error("closed before it was open"));
  const onAbort = (): void => reject(signal.reason);
  socket.once("error", reject);
  socket.once("close", onClose);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([opened(socket, endpoint), failed]);
    if (accepted !== undefined) await Promise.race([accepted, failed]);
    return transport;
  } catch (cause) {
    socket.destroy();
    throw cause;
  } finally {
    socket.off("error", reject);
    socket.off("close", onClose);
    signal.removeEventListener("abort", onAbort);
  }
}

function openSocket(endpoint: Endpoint, { onread }: SocketTransport): Socket {
  switch (endpoint.kind) {
    case "unix":
      return connectSocket({ path: endpoint.path, onread });
    case "tcp":
      return connectSocket({ host: endpoint.host, port: endpoint.port, onread });
    case "tls": {
      const { serverName, ...certificates } = endpoint.tls;
      const { host, port } = endpoint;
      const name = serverName ?? host;
      // The types of tls.connect lack `onread`; the documentation and the code have it.
      const options = { host, port, ...(isIP(name) === 0 && { servername: name }), ...certificates, onread };
      return connectTls(options);
    }
  }
}

function opened(socket: Socket, { kind }: Endpoint): Promise<void> {
  return new Promise((resolve) => socket.once(kind === "tls" ? "secureConnect" : "connect", () => resolve()));
}

function awaitAcceptance(transport: SocketTransport): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // Nobody may be waiting yet, or any more.
  transport.preamble = (bytes) => {
    transport.preamble = undefined;
    if (bytes[0] === TLS_ACCEPTED) resolve();
    else reject(new AuthenticationRefused("the daemon does not accept our certificate"));
    return 1;
  };
  return promise;
}

import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | false;
  readonly signal: AbortSignal;
}

/**
 * Opens TCP or TLS 1.2+ with a certificate on both sides. As VDSM's clients do, the name in the peer's certificate is
 * checked only by a `checkServerIdentity` of the caller. @throws whatever the socket says, or the signal's reason.
 */
export function dial({ host, port, tls, signal }: DialOptions): Promise<Socket> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket =
    tls === false
      ? connectTcp({ host, port }, () => resolve(socket))
      : connectTls(
          { minVersion: "TLSv1.2", checkServerIdentity: () => undefined, ...tls, host, port, rejectUnauthorized: true },
          () => resolve(socket),
        );
  const abort = (): void => {
    reject(signal.reason);
    socket.destroy();
  };
  signal.addEventListener("abort", abort, { once: true });
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("the peer closed the connection at once")));
  socket.setNoDelay(true);
  return promise.finally(() => signal.removeEventListener("abort", abort));
}

import { connect, type Socket } from "node:net";
import { CannotReachSanlock, SanlockConnectionLost } from "./errors.ts";

/** A connection to the daemon for the length of one question. */
export interface ShortConnection extends Disposable {
  send(bytes: Uint8Array): void;
  /** What arrives, up to the end. @throws SanlockConnectionLost when it ends with an error */
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * Dials the daemon. It knows a client by the process that dialled (SO_PEERCRED), so nothing has to be said about that;
 * Node's sockets are not inherited by child processes, so no child keeps a connection open after we are gone.
 * @throws CannotReachSanlock
 */
export async function dial(socketPath: string, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ path: socketPath });
  const onAbort = (): void => reject(signal.reason);
  socket.once("connect", resolve);
  socket.once("error", (cause) => reject(new CannotReachSanlock(socketPath, { cause })));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Dials for one question. The connection ends when the signal is aborted. */
export async function openSocket(socketPath: string, signal: AbortSignal): Promise<ShortConnection> {
  const socket = await dial(socketPath, signal);
  const onAbort = (): void => void socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    send: (bytes) => void socket.write(bytes),
    async *chunks() {
      try {
        yield* socket;
      } catch (cause) {
        throw new SanlockConnectionLost({ cause });
      }
    },
    [Symbol.dispose]() {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
    },
  };
}

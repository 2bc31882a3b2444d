// A way into a lab for programs outside: its addresses mean nothing there, but a Unix socket is the same file everywhere.
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { joinSockets } from "./join-sockets.ts";
import { type NamespaceHost, spawnOn } from "./namespace-host.ts";

/** A Unix socket whose connections end at an address of the lab, as if they were made on one of its hosts. */
export interface Door extends AsyncDisposable {
  readonly socketPath: string;
}

/** @param to as it is reached from that host; the socket is made below `directory` */
export async function openDoor(
  on: NamespaceHost,
  to: { readonly address: string; readonly port: number },
  directory: string,
): Promise<Door> {
  const socketPath = join(directory, `${on.name}-${to.address}-${to.port}.sock`);
  const program = join(import.meta.dirname, "pass-on.ts");
  const child = spawnOn(on, process.execPath, [program, socketPath, to.address, `${to.port}`]);
  const ended = once(child, "exit");
  const isReady = child.stdout === null ? Promise.resolve() : once(child.stdout, "data");
  await Promise.race([isReady, ended.then(() => Promise.reject(new Error(`no way to ${to.address} on ${on.name}`)))]);
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
      await rm(socketPath, { force: true });
    },
  };
}

/** Makes a door reachable by TCP, on this machine's own loopback address. */
export async function listenAt(door: Door): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.once("close", () => sockets.delete(client));
    joinSockets(client, connect(door.socketPath));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

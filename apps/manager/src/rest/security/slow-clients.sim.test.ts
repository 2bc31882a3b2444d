import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";
import { api } from "./every-route.fixture.ts";

// Who is slow, or falls silent in the middle, takes nothing from the others (CloudStack CVE-2026-59654, XO #9707).

const CONNECTIONS = 100;

async function listening(world: RestWorld): Promise<number> {
  await world.server.app.listen({ port: 0, host: "127.0.0.1" });
  const address = world.server.app.server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const silences: Readonly<Record<string, (token: string) => string>> = {
  "before a request": () => "",
  "in a request's headers": () => `GET ${api}/vms HTTP/1.1\r\nHost: m\r\nAuthorization: Bea`,
  "in the body of a request that may not be made": () =>
    `POST ${api}/vms HTTP/1.1\r\nHost: m\r\nContent-Length: 100000\r\n\r\n<vm>`,
  "in the body of a request": (token) =>
    `POST ${api}/vms HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100000\r\n\r\n<vm>`,
  "in the form of a login": () =>
    "POST /ovirt-engine/sso/oauth/token HTTP/1.1\r\nHost: m\r\nContent-Length: 5000\r\n\r\ngrant_type=pass",
  "in an answer that it does not read": (token) =>
    `GET ${api}/clusterlevels HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer ${token}\r\n\r\n`.repeat(4),
};

for (const [when, textOf] of Object.entries(silences)) {
  test(`${CONNECTIONS} clients that fall silent ${when} keep nobody waiting, and end with the server`, async () => {
    const world = await restWorld();
    const port = await listening(world);
    const token = await world.login("admin");
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port, textOf(token))));
    for (const socket of sockets) socket.pause();
    const headers = { authorization: `Bearer ${token}` };
    for (let n = 0; n < 3; n++) {
      const reply = await fetch(`http://127.0.0.1:${port}${api}`, { headers, signal: AbortSignal.timeout(20_000) });
      assert.equal(reply.status, 200);
      await reply.arrayBuffer();
    }
    for (const socket of sockets) socket.destroy();
    await world[Symbol.asyncDispose]();
  });
}

test("a server that is stopped ends also the connections on which nothing more comes", async () => {
  const world = await restWorld();
  const listener = await world.server.listen({ host: "127.0.0.1", port: 0 });
  const text = "POST /ovirt-engine/services/health HTTP/1.1\r\nHost: m\r\nContent-Le";
  const sockets = await Promise.all(Array.from({ length: 20 }, () => open(listener.port, text)));
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
  for (const socket of sockets) socket.resume();
  await world.server.close();
  await closed;
  await world[Symbol.asyncDispose]();
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as dialTcp } from "node:net";
import { before, test } from "node:test";
import { type ConnectionOptions, connect as dialTls, type TLSSocket } from "node:tls";
import { type AgentServer, connectAgent, serveAgent } from "@yagura/agent-protocol";
import type { Credentials } from "@yagura/pki";
import { silentLog } from "@yagura/std/log.ts";
import { createTestPki, type TestPki } from "../testing/test-pki.ts";
import { CannotListen, Listener } from "./listener.ts";

let pki: TestPki;
let manager: Credentials;
let server: Credentials;
before(async () => {
  pki = await createTestPki();
  [manager, server] = await Promise.all([pki.manager(), pki.host()]);
});

interface World extends AsyncDisposable {
  readonly port: number;
  readonly listener: Listener;
  readonly http: string[];
}

async function openListener(options: { handshakeMsMax?: number; totalMax?: number } = {}): Promise<World> {
  const agent: AgentServer = serveAgent({ verbs: { Host: { ping2: async () => undefined } } });
  const http: string[] = [];
  const listener = await Listener.open({
    address: "127.0.0.1",
    port: 0,
    credentials: server,
    log: silentLog,
    agent,
    limits: { totalMax: options.totalMax ?? 10, perAddressMax: 10 },
    handshakeMsMax: options.handshakeMsMax ?? 5_000,
    serveHttp(socket, firstBytes) {
      http.push(firstBytes.toString());
      socket.end();
    },
  });
  return {
    listener,
    http,
    port: listener.port,
    async [Symbol.asyncDispose]() {
      await agent.close();
      await listener.close();
    },
  };
}

function tls(credentials: Credentials, more: ConnectionOptions = {}): ConnectionOptions {
  const { certificatePem: cert, keyPem: key } = credentials;
  return { ca: pki.authority.certificatePem, cert, key, checkServerIdentity: () => undefined, ...more };
}

/** Resolves when the other side has closed, with what it sent. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => undefined);
  // Not `once` of node:events: that rejects at the error, which is expected here.
  await new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
  return text;
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`a Manager is served over ${version}`, async () => {
    await using world = await openListener();
    const limits = { minVersion: version, maxVersion: version };
    await using client = await connectAgent({ host: "127.0.0.1", port: world.port, tls: tls(manager, limits) });
    await client.call.Host.ping2();
  });
}

test("without a certificate, or with one of another authority, nobody gets as far as a byte of protocol", async () => {
  await using world = await openListener();
  const stranger = await (await createTestPki()).manager();
  for (const options of [tls(stranger), { ca: pki.authority.certificatePem, checkServerIdentity: () => undefined }]) {
    const socket = dialTls({ host: "127.0.0.1", port: world.port, ...options });
    socket.on("error", () => undefined);
    socket.write("CONNECT\naccept-version:1.2\n\n\0");
    assert.equal(await untilClosed(socket), "");
  }
});

test("HTTP and STOMP are told apart by the first bytes, whatever the pieces they come in", async () => {
  await using world = await openListener();
  const socket = dialTls({ host: "127.0.0.1", port: world.port, ...tls(manager) });
  await once(socket, "secureConnect");
  for (const piece of ["P", "UT", " / HTTP/1.1\r\n"]) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await untilClosed(socket);
  assert.match(world.http[0] ?? "", /^PUT \//);
});

test("a peer that speaks something else, or nothing at all, is closed", async () => {
  await using world = await openListener({ handshakeMsMax: 200 });
  for (const text of ["EHLO there\r\n", "\0\0\0\0", ""]) {
    const socket = dialTls({ host: "127.0.0.1", port: world.port, ...tls(manager) });
    await once(socket, "secureConnect");
    if (text !== "") socket.write(text);
    assert.equal(await untilClosed(socket), "");
  }
});

test("a peer that never begins its handshake is closed", async () => {
  await using world = await openListener({ handshakeMsMax: 200 });
  const socket = dialTcp(world.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
});

test("connections beyond the limit are refused at once, and a place that is free again is given", async () => {
  await using world = await openListener({ totalMax: 1 });
  const first = await connectAgent({ host: "127.0.0.1", port: world.port, tls: tls(manager) });
  await assert.rejects(connectAgent({ host: "127.0.0.1", port: world.port, tls: tls(manager) }));
  await first.close();
  // The server learns of the end a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  let again = false;
  for (let attempt = 0; attempt < 20 && !again; attempt++) {
    again = await connectAgent({ host: "127.0.0.1", port: world.port, tls: tls(manager) }).then(
      async (client) => {
        await client.close();
        return true;
      },
      () => false,
    );
  }
  assert.equal(again, true);
});

test("a renewed certificate is shown to the next peer, and open connections go on", async () => {
  await using world = await openListener();
  const shown = async (): Promise<string | undefined> => {
    const socket = dialTls({ host: "127.0.0.1", port: world.port, ...tls(manager) });
    await once(socket, "secureConnect");
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  await using client = await connectAgent({ host: "127.0.0.1", port: world.port, tls: tls(manager) });
  const before = await shown();
  world.listener.renew(await pki.host());
  assert.notEqual(await shown(), before);
  await client.call.Host.ping2();
});

test("a port that somebody else has is a clear error", async () => {
  await using world = await openListener();
  const agent = serveAgent({ verbs: {} });
  const options = { address: "127.0.0.1", port: world.port, credentials: server, log: silentLog, agent };
  await assert.rejects(Listener.open({ ...options, serveHttp: () => undefined }), (error: unknown) => {
    assert.ok(error instanceof CannotListen);
    assert.match(error.message, new RegExp(`cannot listen on 127.0.0.1 port ${world.port}`));
    return true;
  });
  await agent.close();
});

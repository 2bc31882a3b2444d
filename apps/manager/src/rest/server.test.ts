import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { restWorld } from "./rest-world.fixture.ts";

// What only a real connection shows.

/** Sends the text as it is, and returns all that comes until the server closes, or `until` has come. */
async function talk(port: number, text: string, until?: RegExp): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(text);
  let received = "";
  socket.setEncoding("utf8");
  for await (const chunk of socket) {
    received += chunk;
    if (until?.test(received)) break;
  }
  socket.destroy();
  return received;
}

/** The routes of the secure server, over a plain connection: TLS changes nothing here, and needs a certificate. */
async function listening() {
  const world = await restWorld();
  await world.server.app.listen({ port: 0, host: "127.0.0.1" });
  const address = world.server.app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { world, port, token: await world.login("admin") };
}

test("a GET that announces a body and never sends it is answered on its headers, and the connection ends", async () => {
  const { world, port, token } = await listening();
  await using _ = world;
  const request = (body: string) =>
    `GET /ovirt-engine/api/vms HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer ${token}\r\nContent-Length: 17\r\n\r\n${body}`;
  for (const body of ["", "<action></action>"]) {
    const reply = await talk(port, request(body));
    assert.match(reply, /^HTTP\/1\.1 200 /);
    assert.match(reply, /\r\nconnection: close\r\n/i);
    assert.match(reply, /<vms\/>/);
  }
});

test("whoever may not come in is told so before he has sent his body", async () => {
  const { world, port } = await listening();
  await using _ = world;
  const reply = await talk(port, "POST /ovirt-engine/api/vms HTTP/1.1\r\nHost: m\r\nContent-Length: 1000\r\n\r\n");
  assert.match(reply, /^HTTP\/1\.1 401 /);
});

test("a body that is too large is refused without being kept", async () => {
  const { world, port, token } = await listening();
  await using _ = world;
  const head = `POST /ovirt-engine/api/vms HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/xml\r\nContent-Length: 9000000\r\n\r\n`;
  const reply = await talk(port, head + "x".repeat(9_000_000), /\r\n\r\n/);
  assert.match(reply, /^HTTP\/1\.1 413 /);
});

test("Expect: 201-created is a wish, not an expectation", async () => {
  await using world = await restWorld();
  const listener = await world.server.listen({ host: "127.0.0.1", port: 0 });
  const reply = await talk(
    listener.port,
    "GET /ovirt-engine/services/health HTTP/1.1\r\nHost: m\r\nExpect: 201-created\r\nConnection: close\r\n\r\n",
  );
  assert.match(reply, /^HTTP\/1\.1 200 /);
});

test("over plain HTTP nothing is served that needs a login, and nothing is redirected", async () => {
  await using world = await restWorld();
  const { port } = await world.server.listen({ host: "127.0.0.1", port: 0 });
  const get = (path: string, method = "GET") =>
    talk(port, `${method} ${path} HTTP/1.1\r\nHost: m\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  for (const path of ["/ovirt-engine/api", "/ovirt-engine/api/v4/vms", "/ovirt-engine/sso/oauth/token"]) {
    assert.match(await get(path, "POST"), /^HTTP\/1\.1 403 [\s\S]*HTTPS only/, path);
  }
  assert.match(
    await get("/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA"),
    /BEGIN CERTIFICATE/,
  );
  assert.match(await get("/"), /<title>Yagura<\/title>/);
});

test("the page for people has no script, no markup from the request, and a policy that forbids both", async () => {
  await using world = await restWorld();
  const page = await world.server.app.inject({ url: "/yagura", headers: { host: 'x"><script>alert(1)</script>' } });
  assert.equal(page.statusCode, 200);
  assert.ok(!page.body.includes("<script"));
  assert.match(String(page.headers["content-security-policy"]), /^default-src 'none'; style-src 'sha256-/);
  assert.match(page.body, /yagura login/);
});

test("a server that is closed twice is closed", async () => {
  const world = await restWorld();
  await world.server.listen({ host: "127.0.0.1", port: 0 });
  await world.server.close();
  await world[Symbol.asyncDispose]();
});

test("mounts see both servers, and which one is secure", async () => {
  await using world = await restWorld({
    mounts: [(app, { isSecure }) => void app.get("/mounted", async () => ({ isSecure }))],
  });
  const secure = await world.server.app.inject({ url: "/mounted" });
  const plain = await world.server.plainApp.inject({ url: "/mounted" });
  assert.deepEqual([secure.json(), plain.json()], [{ isSecure: true }, { isSecure: false }]);
});

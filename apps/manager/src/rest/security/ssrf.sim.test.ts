import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { populate } from "../inventory.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";
import { api, served, urlOf } from "./every-route.fixture.ts";

// The Manager fetches nothing that a client names: it speaks to its hosts only (CloudStack CVE-2024-50112 and the like,
// Proxmox CVE-2022-35508). A listener that must stay alone is named wherever a text can stand.

test("no route makes the Manager call an address that a body, a parameter or a header names", async () => {
  await using world = await restWorld();
  const found = await populate(world);
  let calls = 0;
  const trap = createServer((socket) => {
    calls++;
    socket.destroy();
  });
  trap.listen(0, "127.0.0.1");
  await once(trap, "listening");
  const address = trap.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/`;
  const members = [
    "address",
    "url",
    "transfer_url",
    "proxy_url",
    "path",
    "location",
    "href",
    "uri",
    "name",
    "description",
    "content",
  ];
  const body = JSON.stringify({
    ...Object.fromEntries(members.map((member) => [member, url])),
    host: { address: `127.0.0.1:${port}`, href: url },
    storage: { address: "127.0.0.1", path: url, type: "nfs" },
    storage_domain: { href: url },
    link: [{ rel: "x", href: url }],
    source: { url },
  });
  const headers = {
    "content-type": "application/json",
    referer: url,
    "x-forwarded-host": `127.0.0.1:${port}`,
    forwarded: `host=127.0.0.1:${port}`,
  };
  for (const route of served) {
    const at = urlOf(route, found);
    const query = new URLSearchParams({ url, callback: url, redirect_uri: url, follow: url, search: `name=${url}` });
    const isWrite = route.method === "POST" || route.method === "PUT";
    await world.request({ method: route.method, url: `${at}?${query}`, headers, ...(isWrite && { payload: body }) });
  }
  const form = new URLSearchParams({
    redirect_uri: url,
    request_uri: url,
    sector_identifier_uri: url,
    jwks_uri: url,
    client_id: "yagura-console",
  });
  for (const path of ["oauth/authorize", "openid/authorize", "openid/token", "openid/userinfo", "oauth/token-info"]) {
    for (const method of ["GET", "POST"] as const) {
      const type = { "content-type": "application/x-www-form-urlencoded" };
      const payload = method === "POST" ? { payload: form.toString(), headers: type } : {};
      const reply = await world.server.app.inject({ method, url: `/ovirt-engine/sso/${path}?${form}`, ...payload });
      assert.equal(reply.headers.location, undefined, path);
    }
  }
  trap.close();
  assert.equal(calls, 0);
});

test("an id of an image transfer is an id, and no way to another path or host", async () => {
  await using world = await restWorld();
  for (const id of ["http:%2f%2f127.0.0.1", "%2e%2e%2f", "x@127.0.0.1", "*"]) {
    for (const method of ["GET", "PUT", "OPTIONS"] as const) {
      const reply = await world.server.app.inject({ method, url: `/images/${id}`, headers: { "content-length": "0" } });
      assert.ok(reply.statusCode >= 400 || method === "OPTIONS", `${method} ${id}: ${reply.statusCode}`);
    }
  }
  assert.equal((await world.request({ url: api })).status, 200);
});

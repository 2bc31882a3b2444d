import assert from "node:assert/strict";
import { test } from "node:test";
import { populate } from "../inventory.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

test("the page says what runs and where to go on, and nothing of what is managed", async () => {
  await using world = await restWorld();
  await populate(world);
  const reply = await world.server.app.inject({ url: "/", headers: { host: "manager.example:8443" } });
  assert.equal(reply.statusCode, 200);
  assert.match(reply.body, /Manager 0\.1\.0: well/);
  assert.doesNotMatch(reply.body, /demo\b(?!-template)|one\.example/);
  for (const [, link = ""] of reply.body.matchAll(/href="([^"]+)"/g)) {
    const url = link.replace(/^https?:\/\/[^/]+/, "").replaceAll("&amp;", "&");
    const status = (await world.server.app.inject({ url })).statusCode;
    assert.equal(status, url === "/ovirt-engine/api" ? 401 : 200, url);
  }
});

test("the reference is read without logging in, also by plain HTTP and from a machine", async () => {
  await using world = await restWorld();
  for (const app of [world.server.app, world.server.plainApp]) {
    const html = await app.inject({ url: "/ovirt-engine/apidoc" });
    assert.match(String(html.headers["content-security-policy"]), /^default-src 'none'; style-src 'sha256-/);
    assert.match(html.body, /GET \/vms</);
    const json = await app.inject({ url: "/ovirt-engine/api/openapi.json" });
    assert.equal(json.json<{ openapi: string }>().openapi, "3.1.0");
  }
});

test("a database that does not answer is told on the page and to whoever watches", async () => {
  await using world = await restWorld();
  assert.equal((await world.server.app.inject({ url: "/ovirt-engine/services/health" })).statusCode, 200);
  await world.services.db.destroy();
  assert.equal((await world.server.app.inject({ url: "/ovirt-engine/services/health" })).statusCode, 503);
  assert.match((await world.server.app.inject({ url: "/" })).body, /its database does not answer/);
});

test("a password that comes by plain HTTP is refused whatever its form", async () => {
  await using world = await restWorld();
  for (const type of ["application/x-www-form-urlencoded", "application/json", "text/csv"]) {
    const reply = await world.server.plainApp.inject({
      method: "POST",
      url: "/ovirt-engine/sso/oauth/token",
      headers: { "content-type": type },
      payload: "grant_type=password",
    });
    assert.equal(reply.statusCode, 403, type);
  }
});

test("a verb that v4 does not know is refused with those that the path has", async () => {
  await using world = await restWorld();
  const reply = await world.request({ method: "PATCH", url: "/ovirt-engine/api/vms", payload: "<vm/>" });
  assert.deepEqual([reply.status, reply.headers["allow"]], [405, "GET, POST"]);
});

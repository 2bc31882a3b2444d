import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld, testPassword } from "../rest-world.fixture.ts";
import { api, served, urlOf } from "./every-route.fixture.ts";

// No parameter that nobody asked for leads past a step (CVE-2023-54391: one more field, and the password was not asked).

const extras: Readonly<Record<string, string>> = {
  user: "admin@internal",
  user_id: "admin@internal",
  username: "admin@internal",
  access_token: "x",
  token: "x",
  code: "x",
  ticket: "x",
  "tfa-challenge": "x",
  session: "x",
  JSESSIONID: "x",
  authenticated: "true",
  admin: "true",
  internal: "true",
  debug: "1",
  sudo: "1",
  _method: "GET",
};

async function ask(world: RestWorld, url: string, form: Record<string, string>) {
  const reply = await world.server.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(form).toString(),
  });
  return reply.statusCode;
}

test("nobody comes in by more parameters, more headers or a named method, at any route", async () => {
  await using world = await restWorld();
  await world.login("admin");
  const query = new URLSearchParams(extras).toString();
  const headers = {
    "x-forwarded-user": "admin@internal",
    "remote-user": "admin@internal",
    "x-remote-user": "admin@internal",
    "x-forwarded-for": "127.0.0.1",
    "x-original-url": "/ovirt-engine/services/health",
    "x-rewrite-url": "/ovirt-engine/services/health",
    "x-http-method-override": "GET",
    "x-ovirt-user": "admin@internal",
  };
  for (const route of served) {
    const reply = await world.server.app.inject({ method: route.method, url: `${urlOf(route, {})}?${query}`, headers });
    assert.equal(reply.statusCode, 401, `${route.method} ${route.path}`);
  }
});

test("no grant of the SSO is given for less than it takes, whatever comes along", async () => {
  await using world = await restWorld();
  const token = await world.login("admin");
  const complete: readonly Record<string, string>[] = [
    { grant_type: "password", username: "admin@internal", password: testPassword },
    {
      grant_type: "authorization_code",
      code: token,
      client_id: "yagura-console",
      redirect_uri: "x",
      code_verifier: "x",
    },
    { grant_type: "refresh_token", refresh_token: token },
    { grant_type: "urn:ovirt:params:oauth:grant-type:http" },
    { grant_type: "client_credentials", client_id: "yagura-console" },
    { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: token },
  ];
  for (const path of ["oauth/token", "openid/token", "oauth/token-http-auth"]) {
    const url = `/ovirt-engine/sso/${path}`;
    for (const form of complete) {
      const names = Object.keys(form);
      for (let mask = 0; mask < 2 ** names.length; mask++) {
        const some = Object.fromEntries(
          names.filter((_, bit) => (mask & (1 << bit)) !== 0).map((name) => [name, form[name] ?? ""]),
        );
        const { username: _, token: __, code: ___, ...others } = extras;
        const isRight = some["grant_type"] === "password" && "username" in some && "password" in some;
        assert.equal(
          await ask(world, url, { ...others, ...some }),
          isRight ? 200 : 400,
          `${path} ${JSON.stringify(some)}`,
        );
      }
    }
  }
});

test("a name or a secret in the address is not taken, and of a name that comes twice the first counts", async () => {
  await using world = await restWorld();
  const form = { grant_type: "password", username: "admin@internal", scope: "ovirt-app-api" };
  const url = "/ovirt-engine/sso/oauth/token";
  assert.equal(await ask(world, `${url}?password=${encodeURIComponent(testPassword)}`, form), 400);
  const reply = await world.server.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: `${new URLSearchParams({ ...form, password: "wrong" })}&password=${encodeURIComponent(testPassword)}`,
  });
  assert.equal(reply.statusCode, 400);
});

test("members that only the Manager writes are not taken from a body", async () => {
  await using world = await restWorld();
  await populate(world);
  const joe = await world.addUser("joe", "UserRole");
  const send = async (method: "POST" | "PUT", path: string, body: object, as = "admin") => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const reply = await world.request({ method, url: `${api}${path}`, payload: JSON.stringify(body), headers, as });
    return { status: reply.status, body: reply.json<Record<string, unknown>>() };
  };
  // Oneself: neither a role, nor a group, nor another name comes of it.
  const mine = await send(
    "PUT",
    `/users/${joe.id}`,
    { id: "x", roles: { role: [{ name: "SuperUser" }] }, groups: { group: [{ name: "x" }] }, principal: "admin" },
    "joe",
  );
  assert.deepEqual([mine.status, mine.body["principal"]], [200, "joe"]);
  assert.equal(
    (await world.request({ url: `${api}/users/${joe.id}/roles`, as: "joe" })).text.includes("SuperUser"),
    false,
  );
  const enabled = await send("PUT", `/users/${joe.id}`, { enabled: false }, "joe");
  assert.equal(enabled.status, 403);
  const permits = { permit: [{ name: "login" }] };
  const role = await send("POST", "/roles", { name: "r", permits, mutable: false, id: ids.vm });
  assert.deepEqual([role.status, role.body["mutable"], role.body["id"] === ids.vm], [201, "true", false]);
  const added = await send("POST", "/users", {
    user_name: "ann@internal",
    domain_entry_id: joe.externalId,
    id: joe.id,
  });
  assert.equal(added.status, 201);
  assert.notEqual(added.body["id"], joe.id);
});

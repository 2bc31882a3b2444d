import assert from "node:assert/strict";
import { test } from "node:test";
import { type RestWorld, restWorld, testPassword } from "../rest-world.fixture.ts";
import { api, served, urlOf } from "./every-route.fixture.ts";

// oVirt CVE-2014-7851 (not ended), CVE-2014-0154 (HttpOnly), CVE-2014-0151 (CSRF); CVE-2026-61397 (a token across requests).

function basic(name: string): string {
  return `Basic ${Buffer.from(`${name}@internal:${testPassword}`).toString("base64")}`;
}

async function begin(world: RestWorld, name = "admin", prefer = "persistent-auth"): Promise<string> {
  const reply = await world.server.app.inject({ url: api, headers: { authorization: basic(name), prefer } });
  return String(reply.headers["set-cookie"]).split(";")[0] ?? "";
}

async function statusOf(world: RestWorld, headers: Record<string, string>, url = api): Promise<number> {
  return (await world.server.app.inject({ url, headers })).statusCode;
}

test("an ended session is ended at every route: by logout, idleness, age, a new password, or its user's end", async () => {
  await using world = await restWorld();
  const joe = await world.addUser("joe", "UserRole");
  const asJoe = async () => ({ authorization: `Bearer ${await world.login("joe")}` });
  const ends: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
    logout: (token) => world.server.app.inject({ url: `/ovirt-engine/services/sso-logout?token=${token}` }),
    idleness: () => world.clock.advance(31 * 60_000),
    password: () => change(world, joe.id, { password: testPassword }),
    disabled: () => change(world, joe.id, { enabled: false }),
  };
  for (const [name, end] of Object.entries(ends)) {
    const headers = await asJoe();
    assert.equal(await statusOf(world, headers), 200, name);
    await end(headers.authorization.slice("Bearer ".length));
    for (const route of served.slice(0, 20)) {
      const reply = await world.server.app.inject({ method: route.method, url: urlOf(route, {}), headers });
      assert.equal(reply.statusCode, 401, `${name} ${route.path}`);
    }
  }
  await change(world, joe.id, { enabled: true });
  const headers = await asJoe();
  for (let hours = 0; hours < 24; hours += 0.25) {
    await world.clock.advance(15 * 60_000);
    if (hours < 23.5) assert.equal(await statusOf(world, headers), 200, `${hours} h`);
  }
  assert.equal(await statusOf(world, headers), 401, "however busy, after a day one logs in again");
});

async function change(world: RestWorld, userId: string, body: object) {
  await world.login("admin");
  const headers = { "content-type": "application/json" };
  const reply = await world.request({
    method: "PUT",
    url: `${api}/users/${userId}`,
    headers,
    payload: JSON.stringify(body),
  });
  assert.equal(reply.status, 200, reply.text);
}

test("a cookie is out of reach of scripts and other sites, and a session is never one that the client brought", async () => {
  await using world = await restWorld();
  const fixed = "a".repeat(43);
  const headers = { authorization: basic("admin"), prefer: "persistent-auth", cookie: `JSESSIONID=${fixed}` };
  const reply = await world.server.app.inject({ url: api, headers });
  const setCookie = String(reply.headers["set-cookie"]);
  assert.match(setCookie, /; HttpOnly; SameSite=Strict/);
  assert.ok(!setCookie.includes(fixed));
  assert.equal(await statusOf(world, { cookie: `JSESSIONID=${fixed}`, prefer: "persistent-auth" }), 401);
});

test("a cookie is no token, a token no cookie, and neither is a refresh token", async () => {
  await using world = await restWorld();
  const [cookie, token] = [await begin(world), await world.login("admin")];
  const value = cookie.slice("JSESSIONID=".length);
  assert.equal(await statusOf(world, { authorization: `Bearer ${value}` }), 401);
  assert.equal(await statusOf(world, { cookie: `JSESSIONID=${token}`, prefer: "persistent-auth" }), 401);
  assert.equal(await statusOf(world, { cookie: `YAGURA_SSO=${token}` }), 401);
});

test("a page of another site changes nothing with somebody's cookie or password, at any route that changes", async () => {
  await using world = await restWorld();
  const cookie = await begin(world);
  for (const route of served.filter(({ method }) => method !== "GET")) {
    for (const from of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
      const headers = { cookie, prefer: "persistent-auth", host: "manager.example", ...from } as Record<string, string>;
      const reply = await world.server.app.inject({
        method: route.method,
        url: urlOf(route, {}),
        headers,
        payload: "",
      });
      assert.equal(reply.statusCode, 403, `${route.method} ${route.path}`);
    }
  }
});

test("many at once are each who they are", async () => {
  await using world = await restWorld();
  const names = Array.from({ length: 6 }, (_, n) => `user${n}`);
  const users = new Map<string, string>();
  for (const name of names) users.set(name, (await world.addUser(name, "UserRole")).id);
  for (const name of names) await world.login(name);
  const asked = Array.from({ length: 150 }, (_, n) => names[(n * 7) % names.length] ?? "");
  const answers = await Promise.all(
    asked.map(async (as) =>
      (await world.request({ url: `${api}/users`, as, headers: { accept: "application/json" } })).json<{
        user: { id: string }[];
      }>(),
    ),
  );
  for (const [index, { user }] of answers.entries()) {
    assert.deepEqual(
      user.map(({ id }) => id),
      [users.get(asked[index] ?? "")],
    );
  }
});

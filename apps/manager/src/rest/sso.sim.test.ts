import assert from "node:assert/strict";
import { test } from "node:test";
import { type RestWorld, restWorld, testPassword } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";

async function form(
  world: RestWorld,
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const reply = await world.server.app.inject({
    method: "POST",
    url: `/ovirt-engine${url}`,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json", ...headers },
    payload: new URLSearchParams(fields).toString(),
  });
  return {
    status: reply.statusCode,
    body: reply.json() as Record<string, unknown>,
    type: reply.headers["content-type"],
  };
}

const admin = { grant_type: "password", scope: "ovirt-app-api", username: "admin@internal", password: testPassword };

function basic(userName: string, password = testPassword): string {
  return `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`;
}

test("a token is issued for name and password, works, and ends with the logout", async () => {
  await using w = await restWorld();
  const { status, body } = await form(w, "/sso/oauth/token", admin);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["access_token", "exp", "scope", "token_type"]);
  assert.equal(body["token_type"], "bearer");
  // A text: Go clients unmarshal it into a string and parse it.
  assert.match(String(body["exp"]), /^\d{13}$/);
  assert.equal(typeof body["exp"], "string");
  const token = String(body["access_token"]);
  const get = () => w.server.app.inject({ url: api, headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get()).statusCode, 200);
  const info = await form(w, "/sso/oauth/token-info", { token });
  assert.deepEqual([info.body["user_id"], info.body["active"]], ["admin@internal", true]);
  assert.deepEqual((await form(w, "/services/sso-logout", { scope: "anything", token })).body, {});
  assert.equal((await get()).statusCode, 401);
  assert.equal((await form(w, "/sso/oauth/token-info", { token })).status, 400);
  assert.deepEqual(
    (await form(w, "/services/sso-logout", {})).body,
    {},
    "logging out twice, or of nothing, is no error",
  );
});

test("a token by Basic authorization, and one that is revoked", async () => {
  await using w = await restWorld();
  const grant = { grant_type: "urn:ovirt:params:oauth:grant-type:http", scope: "ovirt-app-api" };
  const { body } = await form(w, "/sso/oauth/token-http-auth", grant, { authorization: basic("admin@internal") });
  const token = String(body["access_token"]);
  assert.equal(token.length, 43);
  await form(w, "/sso/oauth/revoke", { token });
  const reply = await w.server.app.inject({ url: api, headers: { authorization: `Bearer ${token}` } });
  assert.equal(reply.statusCode, 401);
  assert.equal((await form(w, "/sso/oauth/token", grant)).status, 400);
});

test("a refused login is 400 in both dialects, and does not tell whether the name exists", async () => {
  await using w = await restWorld();
  const wrong = await form(w, "/sso/oauth/token", { ...admin, password: "wrong" });
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body["error_code"], "access_denied");
  assert.match(String(wrong.body["error"]), /^Cannot authenticate user 'admin@internal'/);
  const nobody = await form(w, "/sso/oauth/token", { ...admin, username: "nobody@internal" });
  assert.equal(nobody.body["error"], String(wrong.body["error"]).replace("admin", "nobody"));
  const other = await form(w, "/sso/oauth/token", { ...admin, scope: "openid", password: "wrong" });
  assert.deepEqual(Object.keys(other.body).sort(), ["error", "error_description"]);
});

test("every subset and any extra of the parameters is refused unless name and password are right", async () => {
  await using w = await restWorld();
  const names = Object.keys(admin) as (keyof typeof admin)[];
  for (let mask = 0; mask < 2 ** names.length; mask++) {
    const fields = Object.fromEntries(
      names.filter((_, bit) => (mask & (1 << bit)) !== 0).map((name) => [name, admin[name]]),
    );
    const isEnough = "grant_type" in fields && "username" in fields && "password" in fields;
    const { status } = await form(w, "/sso/oauth/token", {
      ...fields,
      token: "x",
      code: "x",
      "tfa-challenge": "x",
      user: "admin",
    });
    assert.equal(status, isEnough ? 200 : 400, JSON.stringify(Object.keys(fields)));
  }
});

test("hostile tokens, cookies and authorizations are nobody", async () => {
  await using w = await restWorld();
  await w.login("admin");
  const hostile = [
    "",
    "{}",
    "[]",
    "null",
    "j:{}",
    "j:[]",
    "__proto__",
    "undefined",
    "%00",
    "x".repeat(10_000),
    "' or 1=1 --",
  ];
  for (const value of hostile) {
    for (const headers of [
      { authorization: `Bearer ${value}` },
      { authorization: `Basic ${value}` },
      { authorization: basic(value) },
      { authorization: basic(value, value) },
      { authorization: value },
      { authorization: `Negotiate ${value}` },
      { cookie: `JSESSIONID=${value}`, prefer: "persistent-auth" },
      { cookie: `JSESSIONID=j:${value}; authenticationToken=j:{}`, prefer: "persistent-auth" },
    ]) {
      const reply = await w.server.app.inject({ url: api, headers: { ...headers } });
      assert.equal(reply.statusCode, 401, JSON.stringify(headers).slice(0, 100));
    }
  }
});

test("Basic works, and with Prefer begins a session that a request without Prefer ends", async () => {
  await using w = await restWorld();
  const get = (headers: Record<string, string>) => w.server.app.inject({ url: api, headers });
  const plain = await get({ authorization: basic("admin@internal") });
  assert.deepEqual([plain.statusCode, plain.headers["set-cookie"]], [200, undefined]);
  const begun = await get({ authorization: basic("admin@internal"), prefer: "persistent-auth" });
  const setCookie = String(begun.headers["set-cookie"]);
  assert.match(setCookie, /^JSESSIONID=[\w-]{43}; Path=\/ovirt-engine\/api; HttpOnly; SameSite=Strict/);
  const cookie = setCookie.split(";")[0] ?? "";
  assert.equal((await get({ cookie, prefer: "persistent-auth" })).statusCode, 200);
  assert.equal((await get({ cookie })).statusCode, 200);
  assert.equal((await get({ cookie, prefer: "persistent-auth" })).statusCode, 401);
});

test("a session with csrf-protection needs its id in a header, and pages of other sites get nothing", async () => {
  await using w = await restWorld();
  const begun = await w.server.app.inject({
    url: api,
    headers: { authorization: basic("admin@internal"), prefer: "persistent-auth, csrf-protection" },
  });
  const cookie = String(begun.headers["set-cookie"]).split(";")[0] ?? "";
  const send = (headers: Record<string, string>) =>
    w.server.app.inject({ url: api, headers: { cookie, prefer: "persistent-auth", ...headers } });
  assert.equal((await send({})).statusCode, 403);
  assert.equal((await send({ jsessionid: cookie.slice("JSESSIONID=".length) })).statusCode, 200);
  const foreign = await w.server.app.inject({
    method: "POST",
    url: `${api}/datacenters`,
    headers: { authorization: basic("admin@internal"), origin: "https://evil.example", host: "manager.example" },
    payload: "<data_center><name>x</name></data_center>",
  });
  assert.equal(foreign.statusCode, 403);
});

test("a token stops working when its user is removed", async () => {
  await using w = await restWorld();
  const ann = await w.addUser("ann", "UserRole");
  assert.equal((await w.request({ url: api, as: "ann" })).status, 200);
  assert.equal((await w.request({ method: "DELETE", url: `${api}/users/${ann.id}` })).status, 200);
  assert.equal((await w.request({ url: api, as: "ann" })).status, 401);
});

test("a user that was added can log in when he has a password and a role, and gets no more than was given", async () => {
  await using w = await restWorld();
  const user = `<user><user_name>joe@internal</user_name><password>${testPassword}</password></user>`;
  const added = await w.request({ method: "POST", url: `${api}/users`, payload: user });
  assert.equal(added.status, 201, added.text);
  assert.ok(!added.text.includes(testPassword));
  const login = () => form(w, "/sso/oauth/token", { ...admin, username: "joe@internal" });
  assert.equal((await login()).status, 400);
  const id = /id="([^"]+)"/.exec(added.text)?.[1];
  const permission = `<permission><role><name>UserVmManager</name></role><user id="${id}"/></permission>`;
  assert.equal((await w.request({ method: "POST", url: `${api}/permissions`, payload: permission })).status, 201);
  assert.equal((await login()).status, 200);
  const escalation = `<permission><role><name>SuperUser</name></role><user id="${id}"/></permission>`;
  const refused = await w.request({ method: "POST", url: `${api}/permissions`, payload: escalation, as: "joe" });
  assert.equal(refused.status, 403);
});

test("one changes one's own password, which ends all of one's sessions; others' only as an administrator", async () => {
  await using w = await restWorld();
  const [ann, bob] = [await w.addUser("ann", "UserRole"), await w.addUser("bob", "UserRole")];
  await w.login("ann");
  const payload = "<user><password>another horse</password></user>";
  const change = (id: string, as: string) => w.request({ method: "PUT", url: `${api}/users/${id}`, payload, as });
  assert.equal((await change(bob.id, "ann")).status, 404);
  assert.equal((await change(ann.id, "ann")).status, 200);
  assert.equal((await w.request({ url: api, as: "ann" })).status, 401);
  const login = (password: string) => form(w, "/sso/oauth/token", { ...admin, username: "ann@internal", password });
  assert.equal((await login(testPassword)).status, 400);
  assert.equal((await login("another horse")).status, 200);
  assert.equal((await change(bob.id, "admin")).status, 200);
  const short = await w.request({
    method: "PUT",
    url: `${api}/users/${bob.id}`,
    payload: "<user><password>x</password></user>",
  });
  assert.equal(short.status, 400);
});

test("who knows his password and has no role is told that, by either way of logging in", async () => {
  await using world = await restWorld();
  await world.addUser("ann");
  const basic = Buffer.from(`ann@internal:${testPassword}`).toString("base64");
  const direct = await world.server.app.inject({
    url: "/ovirt-engine/api/vms",
    headers: { authorization: `Basic ${basic}` },
  });
  assert.equal(direct.statusCode, 401);
  assert.match(direct.body, /no role has been given to him/);
  const wrong = Buffer.from("ann@internal:wrong").toString("base64");
  const guessed = await world.server.app.inject({
    url: "/ovirt-engine/api/vms",
    headers: { authorization: `Basic ${wrong}` },
  });
  assert.match(guessed.body, /the user name or the password is incorrect/);
});

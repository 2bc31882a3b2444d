import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { hashSecret } from "../auth/sso/clients.ts";
import { insertSsoClient } from "../db/queries/sso.ts";
import { updateUser } from "../db/queries/users.ts";
import { transaction } from "../db/transaction.ts";
import { type RestWorld, restWorld, testPassword } from "./rest-world.fixture.ts";

// The code flow as a browser and a client go through it. `inject` calls itself http://localhost:80.

const origin = "http://localhost:80";
const openid = "/ovirt-engine/sso/openid";
const callback = "https://app.example/callback?x=1";
const verifier = "v".repeat(64);
const challenge = createHash("sha256").update(verifier).digest("base64url");

const asked = {
  response_type: "code",
  client_id: "app",
  redirect_uri: callback,
  scope: "openid",
  state: "st a&te",
  nonce: "n-1",
  code_challenge: challenge,
  code_challenge_method: "S256",
} as const;

async function clientWorld(): Promise<RestWorld> {
  const world = await restWorld();
  await transaction(world.services.db, async (tx) => {
    const common = { redirectUris: [callback, "http://127.0.0.1/back"], createdAtMs: 0 };
    await insertSsoClient(tx, { ...common, id: "app" });
    await insertSsoClient(tx, { ...common, id: "service", secretHash: hashSecret("s3cret") });
  });
  return world;
}

function get(world: RestWorld, path: string, query: Record<string, string>, headers: Record<string, string> = {}) {
  return world.server.app.inject({ url: `${path}?${new URLSearchParams(query)}`, headers });
}

function post(world: RestWorld, url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return world.server.app.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload: new URLSearchParams(form).toString(),
  });
}

function logIn(world: RestWorld, changes: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const form = { ...asked, username: "admin", password: testPassword, ...changes };
  return post(world, "/ovirt-engine/sso/login", form, { origin, ...headers });
}

async function codeOf(world: RestWorld, changes: Record<string, string> = {}): Promise<string> {
  const reply = await logIn(world, changes);
  assert.equal(reply.statusCode, 303, reply.body);
  return new URL(String(reply.headers.location)).searchParams.get("code") ?? "";
}

function redeem(world: RestWorld, code: string, changes: Record<string, string> = {}) {
  const form = { grant_type: "authorization_code", client_id: "app", redirect_uri: callback, code_verifier: verifier };
  return post(world, `${openid}/token`, { ...form, code, ...changes });
}

test("a person logs in for a client: page, code, tokens whose signature holds, and who it is", async () => {
  await using world = await clientWorld();
  const page = await get(world, `${openid}/authorize`, asked);
  assert.equal(page.statusCode, 200);
  const policy = String(page.headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /form-action 'self' https:\/\/app\.example;/);
  assert.match(page.body, /name="state" value="st a&amp;te"/);
  const back = await logIn(world);
  const location = new URL(String(back.headers.location));
  assert.equal(location.origin + location.pathname, "https://app.example/callback");
  assert.deepEqual([location.searchParams.get("x"), location.searchParams.get("state")], ["1", "st a&te"]);
  assert.match(
    String(back.headers["set-cookie"]),
    /^YAGURA_SSO=[\w-]{43}; Path=\/ovirt-engine\/sso; HttpOnly; SameSite=Lax/,
  );
  const tokens = (await redeem(world, location.searchParams.get("code") ?? "")).json<Record<string, string>>();
  const keys = (await get(world, `${openid}/jwks`, {})).json<JSONWebKeySet>();
  assert.ok(keys.keys.every((key) => key.kty === "RSA" && !("d" in key)));
  const { payload } = await jwtVerify(tokens["id_token"] ?? "", createLocalJWKSet(keys), {
    issuer: `${origin}${openid}`,
    audience: "app",
    currentDate: new Date(world.clock.nowMs()),
  });
  assert.deepEqual([payload["nonce"], payload["preferred_username"]], ["n-1", "admin@internal"]);
  const bearer = { authorization: `Bearer ${tokens["access_token"]}` };
  const user = (await get(world, `${openid}/userinfo`, {}, bearer)).json<Record<string, string>>();
  assert.deepEqual([user["sub"], user["preferred_username"]], [payload.sub, "admin@internal"]);
  const api = await world.server.app.inject({ url: "/ovirt-engine/api", headers: bearer });
  assert.equal(api.statusCode, 401, "a token for knowing who somebody is does not open the API");
});

test("a code is used once: when it comes again, all that came of it ends", async () => {
  await using world = await clientWorld();
  const code = await codeOf(world, { scope: "openid ovirt-app-api" });
  const token = (await redeem(world, code)).json<Record<string, string>>()["access_token"];
  const get = () =>
    world.server.app.inject({ url: "/ovirt-engine/api", headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get()).statusCode, 200);
  const again = await redeem(world, code);
  assert.equal(again.statusCode, 400);
  assert.deepEqual(again.json(), {
    error: "invalid_grant",
    error_description: "The provided authorization grant for the auth code has expired.",
  });
  assert.equal((await get()).statusCode, 401);
});

test("a code is worth nothing to another client, with another address, proof or secret, or a minute later", async () => {
  await using world = await clientWorld();
  const wrong: Record<string, string>[] = [
    { client_id: "service" },
    { client_id: "service", client_secret: "s3cret" },
    { client_id: "yagura-console" },
    { client_id: "nobody" },
    { client_id: "" },
    { client_secret: "x" },
    { redirect_uri: "https://app.example/callback" },
    { redirect_uri: "http://127.0.0.1/back" },
    { code_verifier: "w".repeat(64) },
    { code_verifier: "" },
    { code_verifier: challenge },
  ];
  for (const changes of wrong) {
    const reply = await redeem(world, await codeOf(world), changes);
    assert.equal(reply.statusCode, 400, JSON.stringify(changes));
  }
  for (const code of ["", "{}", "[]", "null", "j:{}", "x".repeat(43)]) {
    assert.equal((await redeem(world, code)).statusCode, 400, code);
  }
  const late = await codeOf(world);
  await world.clock.advance(61_000);
  assert.equal((await redeem(world, late)).statusCode, 400);
});

test("a client with a secret needs it, and may also bring a proof", async () => {
  await using world = await clientWorld();
  const service = { client_id: "service" };
  const code = () => codeOf(world, service);
  assert.equal((await redeem(world, await code(), service)).statusCode, 400);
  assert.equal((await redeem(world, await code(), { ...service, client_secret: "wrong" })).statusCode, 400);
  assert.equal((await redeem(world, await code(), { ...service, client_secret: "s3cret" })).statusCode, 200);
  const basic = { authorization: `Basic ${Buffer.from("service:s3cret").toString("base64")}` };
  const form = { grant_type: "authorization_code", redirect_uri: callback, code_verifier: verifier };
  const byBasic = await post(world, `${openid}/token`, { ...form, code: await code() }, basic);
  assert.equal(byBasic.statusCode, 200, byBasic.body);
});

test("nobody is sent to an address that is not registered, and nobody without a proof gets a code", async () => {
  await using world = await clientWorld();
  const elsewhere = [
    "https://evil.example/callback?x=1",
    "https://app.example/callback?x=1#",
    "https://app.example/callback?x=1&y=2",
    "https://app.example.evil.example/callback?x=1",
    "https://user@app.example/callback?x=1",
    "javascript:alert(1)",
    "http://127.0.0.1.evil.example/back",
    "//evil.example",
    "",
  ];
  for (const redirect of elsewhere) {
    for (const reply of [
      await get(world, `${openid}/authorize`, { ...asked, redirect_uri: redirect }),
      await logIn(world, { redirect_uri: redirect }),
      await get(world, `${openid}/authorize`, { ...asked, redirect_uri: redirect, prompt: "none" }),
    ]) {
      assert.deepEqual([reply.statusCode, reply.headers.location], [400, undefined], redirect);
    }
  }
  assert.equal((await get(world, `${openid}/authorize`, { ...asked, client_id: "nobody" })).statusCode, 400);
  const loopback = { ...asked, redirect_uri: "http://127.0.0.1:49152/back", prompt: "none" };
  assert.match(
    String((await get(world, `${openid}/authorize`, loopback)).headers.location),
    /^http:\/\/127\.0\.0\.1:49152\/back\?error=login_required/,
  );
  const { code_challenge: _, code_challenge_method: __, ...unproven } = asked;
  const cases: Record<string, string>[] = [
    unproven,
    { ...asked, code_challenge_method: "plain" },
    { ...asked, code_challenge: "short" },
    { ...asked, response_type: "token" },
  ];
  for (const query of cases) {
    const reply = await get(world, `${openid}/authorize`, query);
    assert.match(
      String(reply.headers.location),
      /^https:\/\/app\.example\/callback\?x=1&error=(invalid_request|unsupported_response_type)&/,
    );
  }
});

test("our own page needs no registration and is only below its own path of this Manager", async () => {
  await using world = await clientWorld();
  const at = (redirect_uri: string) =>
    get(world, `${openid}/authorize`, { ...asked, client_id: "yagura-console", redirect_uri });
  assert.equal((await at(`${origin.replace(":80", "")}/yagura/login`)).statusCode, 400, "the origin as it was reached");
  for (const redirect of [`${origin}/ovirt-engine/api`, `${origin}/yagura/../x`, "https://evil.example/yagura/"]) {
    assert.equal((await at(redirect)).statusCode, 400, redirect);
  }
  const world2 = await world.server.app.inject({
    url: `${openid}/authorize?${new URLSearchParams({ ...asked, client_id: "yagura-console", redirect_uri: "http://manager.example/yagura/login" })}`,
    headers: { host: "manager.example" },
  });
  assert.equal(world2.statusCode, 200, world2.body);
});

test("one logs in once for several clients, unless one asks to be asked", async () => {
  await using world = await clientWorld();
  const cookie = String((await logIn(world)).headers["set-cookie"]).split(";")[0] ?? "";
  const again = (changes: Record<string, string>) =>
    get(world, `${openid}/authorize`, { ...asked, client_id: "service", ...changes }, { cookie });
  assert.match(String((await again({})).headers.location), /code=/);
  assert.equal((await again({ prompt: "login" })).statusCode, 200);
  await world.clock.advance(120_000);
  assert.equal((await again({ max_age: "60" })).statusCode, 200);
  assert.match(String((await again({ max_age: "600" })).headers.location), /code=/);
  const hostile = ["j:{}", "{}", "", "x".repeat(43)];
  for (const value of hostile) {
    const reply = await get(world, `${openid}/authorize`, asked, { cookie: `YAGURA_SSO=${value}` });
    assert.equal(reply.statusCode, 200, value);
  }
});

test("a login with a wrong password says so on the page, and one from another site's page is refused", async () => {
  await using world = await clientWorld();
  const wrong = await logIn(world, { password: "wrong", username: '"><script>' });
  assert.equal(wrong.statusCode, 400);
  assert.match(wrong.body, /role="alert"><strong>Cannot log in: the user name or the password is incorrect\./);
  assert.ok(!wrong.body.includes("<script>"));
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
    const reply = await logIn(world, {}, headers as Record<string, string>);
    assert.equal(reply.statusCode, 400);
    assert.equal(reply.headers["set-cookie"], undefined);
  }
});

test("a refresh token gets a new token once; when it comes again, all of that login ends", async () => {
  await using world = await clientWorld();
  const scope = "openid ovirt-app-api offline_access";
  const first = (await redeem(world, await codeOf(world, { scope }))).json<Record<string, string>>();
  const refresh = (token = "", changes = {}) =>
    post(world, `${openid}/token`, { grant_type: "refresh_token", client_id: "app", refresh_token: token, ...changes });
  assert.equal((await refresh(first["access_token"])).statusCode, 400, "an access token is no refresh token");
  const second = (await refresh(first["refresh_token"])).json<Record<string, string>>();
  const get = (token = "") =>
    world.server.app.inject({ url: "/ovirt-engine/api", headers: { authorization: `Bearer ${token}` } });
  assert.equal((await get(second["access_token"])).statusCode, 200);
  assert.equal((await get(second["refresh_token"])).statusCode, 401, "a refresh token opens nothing");
  assert.equal((await refresh(first["refresh_token"])).statusCode, 400);
  assert.equal((await get(second["access_token"])).statusCode, 401);
  assert.equal((await refresh(second["refresh_token"])).statusCode, 400);
  const other = (await redeem(world, await codeOf(world, { scope }))).json<Record<string, string>>();
  assert.equal((await refresh(other["refresh_token"], { client_id: "service" })).statusCode, 400);
});

test("who is disabled gets no token for his code, nor a code for his session", async () => {
  await using world = await clientWorld();
  const ann = await world.addUser("ann", "UserRole");
  const reply = await logIn(world, { username: "ann@internal" });
  const cookie = String(reply.headers["set-cookie"]).split(";")[0] ?? "";
  const code = new URL(String(reply.headers.location)).searchParams.get("code") ?? "";
  await transaction(world.services.db, (tx) => updateUser(tx, ann.id, { isEnabled: false }));
  assert.equal((await redeem(world, code)).statusCode, 400);
  const again = await get(world, `${openid}/authorize`, asked, { cookie });
  assert.match(String(again.headers.location), /error=access_denied/);
});

test("logging out of one token ends the login that it came of: its page's session and its other tokens", async () => {
  await using world = await clientWorld();
  const reply = await logIn(world, { scope: "openid ovirt-app-api" });
  const cookie = String(reply.headers["set-cookie"]).split(";")[0] ?? "";
  const code = new URL(String(reply.headers.location)).searchParams.get("code") ?? "";
  const token = (await redeem(world, code)).json<Record<string, string>>()["access_token"] ?? "";
  await post(world, "/ovirt-engine/services/sso-logout", { token, scope: "" });
  assert.equal((await get(world, `${openid}/authorize`, asked, { cookie })).statusCode, 200, "asked to log in");
});

test("the description of the provider is of where it was asked, and tells what there is", async () => {
  await using world = await clientWorld();
  const found = (await get(world, `${openid}/.well-known/openid-configuration`, {})).json<Record<string, unknown>>();
  assert.equal(found["issuer"], `${origin}${openid}`);
  assert.equal(found["token_endpoint"], `${origin}${openid}/token`);
  assert.deepEqual(found["code_challenge_methods_supported"], ["S256"]);
});

test("token-info tells all that oVirt's tells", async () => {
  await using world = await restWorld();
  const token = await world.login("admin");
  const info = async (form: Record<string, string>) =>
    (await post(world, "/ovirt-engine/sso/oauth/token-info", { token, ...form })).json<Record<string, unknown>>();
  const told = await info({});
  assert.deepEqual(Object.keys(told).sort(), [
    "active",
    "client_id",
    "exp",
    "ovirt",
    "scope",
    "token_type",
    "user_authz",
    "user_id",
  ]);
  assert.deepEqual(
    [told["user_id"], told["user_authz"], told["scope"]],
    ["admin@internal", "internal-authz", "ovirt-app-api"],
  );
  assert.deepEqual(await info({ scope: "ovirt-ext=token-info:validate" }), {});
  assert.equal((await info({ client_id: "nobody" }))["error_code"], "unauthorized_client");
});

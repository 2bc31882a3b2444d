import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log, LogFields } from "@yagura/std/log.ts";
import { type Kysely, sql } from "kysely";
import { populate } from "../inventory.fixture.ts";
import { restWorld, testPassword } from "../rest-world.fixture.ts";
import { api } from "./every-route.fixture.ts";

// Canaries go in wherever a secret does; afterwards they are looked for wherever one must not be (oVirt CVE-2017-15113,
// CVE-2012-6115, Nova CVE-2015-9543).

/** A log that keeps what it is told. */
function keepingLog(lines: string[], fields: LogFields = {}): Log {
  const write = (message: string, more: LogFields = {}) =>
    void lines.push(JSON.stringify({ message, ...fields, ...more }));
  const log = { debug: write, info: write, warn: write, error: write };
  return { ...log, with: (more) => keepingLog(lines, { ...fields, ...more }) };
}

async function dump(db: Kysely<never>): Promise<string> {
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  const contents = tables.rows.map(async ({ name }) =>
    JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(db)).rows),
  );
  return (await Promise.all(contents)).join("\n");
}

test("no password, token, code or secret is in the log, the database, an event or an answer", async () => {
  const lines: string[] = [];
  await using world = await restWorld({ log: keepingLog(lines) });
  await populate(world);
  const [password, wrong, host, mount] = [
    "canary-password-1",
    "canary-wrong-2",
    "canary-host-3",
    "secret=canary-mount-4",
  ];
  const answers: string[] = [];
  const send = async (method: "GET" | "POST" | "PUT", path: string, body?: object) => {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    const headers = { "content-type": "application/json" };
    const reply = await world.request({ method, url: `${api}${path}`, headers, ...payload });
    answers.push(reply.text);
    return reply;
  };
  const form = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    world.server.app.inject({
      method: "POST",
      url: `/ovirt-engine${path}`,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      payload: new URLSearchParams(fields).toString(),
    });

  // A user with a password, who then has another one; who mistypes it, also into the field for the name.
  const added = await send("POST", "/users", { user_name: "joe@internal", password });
  const id = /<user id="([^"]+)"/.exec(added.text)?.[1];
  await send("POST", "/permissions", { role: { name: "UserRole" }, user: { id } });
  await send("PUT", `/users/${id}`, { password: `${password}-changed` });
  const login = { grant_type: "password", scope: "ovirt-app-api offline_access" };
  const refused = [
    await form("/sso/oauth/token", { ...login, username: "joe@internal", password: wrong }),
    await form("/sso/oauth/token", { ...login, username: `${wrong}@internal`, password: "x" }),
    await form("/sso/oauth/token", { ...login, username: wrong, password: "x" }),
  ];
  const tokens = (
    await form("/sso/oauth/token", { ...login, username: "joe@internal", password: `${password}-changed` })
  ).json<Record<string, string>>();
  const [token = "", refresh = ""] = [tokens["access_token"], tokens["refresh_token"]];
  assert.ok(token !== "" && refresh !== "");
  await world.server.app.inject({ url: `${api}/vms?token=${token}`, headers: { authorization: `Bearer ${token}` } });

  // A cookie, and a code with the proof that belongs to it.
  const basic = `Basic ${Buffer.from(`joe@internal:${password}-changed`).toString("base64")}`;
  const session = await world.server.app.inject({
    url: api,
    headers: { authorization: basic, prefer: "persistent-auth" },
  });
  const cookie = /JSESSIONID=([^;]+)/.exec(String(session.headers["set-cookie"]))?.[1] ?? "";
  const page = { client_id: "yagura-console", redirect_uri: "http://m.example/yagura/x", response_type: "code" };
  const proof = { code_challenge: "c".repeat(43), code_challenge_method: "S256" };
  const browser = { origin: "http://m.example", host: "m.example" };
  const back = await form("/sso/login", { ...page, ...proof, username: "admin", password: testPassword }, browser);
  const code = new URL(String(back.headers.location)).searchParams.get("code") ?? "";
  const page2 = /YAGURA_SSO=([^;]+)/.exec(String(back.headers["set-cookie"]))?.[1] ?? "";
  assert.ok(cookie !== "" && code !== "" && page2 !== "");

  // What other things have secrets in.
  await send("POST", "/hosts", { name: "h", address: "h.example", root_password: host, cluster: { name: "Default" } });
  await send("POST", "/storageconnections", {
    type: "posixfs",
    address: "a",
    path: "/x",
    vfs_type: "cifs",
    mount_options: mount,
    password: host,
  });
  for (const path of ["/events", "/users", "/jobs", "/hosts", "/permissions"]) await send("GET", path);
  await world.server.close();

  const secrets = { password, wrong, host, token, refresh, cookie, code, page2, testPassword };
  const database = await dump(world.services.db as unknown as Kysely<never>);
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(!lines.some((line) => line.includes(secret)), `${name} is in the log`);
    // What is typed as the name is told back to him who typed it, and nowhere else.
    assert.ok(!database.includes(secret), `${name} is in the database`);
    assert.ok(!answers.some((text) => text.includes(secret)), `${name} is in an answer`);
  }
  assert.ok(lines.length > 0 && database.includes("joe"), "there is a log and a database to look at");
  assert.ok(refused.every(({ statusCode }) => statusCode === 400));
});

test("an answer with a token, and a page to log in, is kept by nobody on the way", async () => {
  await using world = await restWorld();
  const reply = await world.server.app.inject({
    method: "POST",
    url: "/ovirt-engine/sso/oauth/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({
      grant_type: "password",
      username: "admin@internal",
      password: testPassword,
    }).toString(),
  });
  assert.equal(reply.headers["cache-control"], "no-store");
  assert.equal(reply.headers["referrer-policy"], "no-referrer");
});

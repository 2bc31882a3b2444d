import assert from "node:assert/strict";
import { test } from "node:test";
import { type RestWorld, restWorld, testPassword } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";

async function ask(world: RestWorld, path: string, form: Record<string, string>) {
  return world.server.app.inject({
    method: "POST",
    url: `/ovirt-engine${path}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(form).toString(),
  });
}

function logIn(world: RestWorld, username: string, password = testPassword) {
  return ask(world, "/sso/oauth/token", { grant_type: "password", scope: "ovirt-app-api", username, password });
}

/** Code and sentence of the events of logins, the oldest first. */
async function loginEvents(world: RestWorld): Promise<readonly string[]> {
  const reply = await world.request({ url: `${api}/events`, headers: { accept: "application/json" } });
  return (reply.json<{ event?: { code: string; description: string }[] }>().event ?? [])
    .filter(({ code }) => ["30", "31", "114", "160"].includes(code))
    .map(({ code, description }) => `${code} ${description}`)
    .toReversed();
}

test("logins, refused logins and logouts are events with oVirt's codes", async () => {
  await using world = await restWorld();
  await world.addUser("joe", "UserRole");
  const { access_token: token = "" } = (await logIn(world, "joe@internal")).json<Record<string, string>>();
  await logIn(world, "joe@internal", "wrong");
  await logIn(world, "hunter2@internal", "wrong");
  await ask(world, "/services/sso-logout", { token, scope: "" });
  await ask(world, "/services/sso-logout", { token, scope: "" });
  const told = (await loginEvents(world)).filter((text) => !text.includes("admin"));
  assert.deepEqual(told, [
    "30 joe@internal logged in.",
    "114 A login of joe@internal from 127.0.0.1 failed.",
    // What nobody is called may be a password in the wrong field.
    "114 A login of (unknown) from 127.0.0.1 failed.",
    "31 joe@internal logged out.",
  ]);
});

test("a playbook that logs in for each task is one event in five seconds", async () => {
  await using world = await restWorld();
  await world.addUser("joe", "UserRole");
  for (let n = 0; n < 10; n++) await logIn(world, "joe@internal");
  const count = async () => (await loginEvents(world)).filter((text) => text.startsWith("30 joe")).length;
  assert.equal(await count(), 1);
  await world.clock.advance(6000);
  await logIn(world, "joe@internal");
  assert.equal(await count(), 2);
});

test("a caller who asks too often is told so, with when to come again, and others are not", async () => {
  await using world = await restWorld({ callerBurst: 20 });
  await world.addUser("joe", "UserRole");
  const ofJoe = () => world.request({ url: `${api}/nothing`, as: "joe" });
  for (let n = 0; n < 20; n++) assert.equal((await ofJoe()).status, 404);
  const reply = await ofJoe();
  assert.deepEqual([reply.status, reply.headers["retry-after"]], [429, "1"]);
  assert.equal((await world.request({ url: api })).status, 200);
  await world.clock.advance(1000);
  assert.equal((await ofJoe()).status, 404);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { restWorld } from "../rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const headers = { accept: "application/json", "content-type": "application/json" };

test(
  "a client is registered, told its secret once, used to log in, and forgotten with all that it logged in",
  proves(["GET /ssoclients", "POST /ssoclients", "GET /ssoclients/{}", "DELETE /ssoclients/{}"], async () => {
    await using world = await restWorld();
    const body = { name: "grafana", confidential: true, redirect_uris: { redirect_uri: ["https://g.example/login"] } };
    const added = await world.request({
      method: "POST",
      url: `${api}/ssoclients`,
      headers,
      payload: JSON.stringify(body),
    });
    assert.equal(added.status, 201, added.text);
    const { id, secret } = added.json<{ id: string; secret: string }>();
    assert.deepEqual([id, /^[\w-]{43}$/.test(secret)], ["grafana", true]);
    const url = `${api}/ssoclients/grafana`;
    const shown = await world.request({ url, headers });
    assert.ok(!shown.text.includes("secret"));
    assert.deepEqual(shown.json<{ redirect_uris: object }>().redirect_uris, body.redirect_uris);
    const page = new URLSearchParams({
      response_type: "code",
      client_id: "grafana",
      redirect_uri: "https://g.example/login",
    });
    const authorize = () => world.server.app.inject({ url: `/ovirt-engine/sso/openid/authorize?${page}` });
    assert.equal((await authorize()).statusCode, 200);
    const listed = (await world.request({ url: `${api}/ssoclients`, headers })).json<{
      sso_client: { name: string }[];
    }>();
    assert.deepEqual(
      listed.sso_client.map(({ name }) => name),
      ["grafana"],
    );
    assert.equal((await world.request({ method: "DELETE", url })).status, 200);
    assert.equal((await world.request({ url })).status, 404);
    assert.equal((await authorize()).statusCode, 400);
    const events = (await world.request({ url: `${api}/events`, headers })).text;
    assert.match(events, /admin@internal registered the SSO client grafana\./);
    assert.match(events, /admin@internal removed the SSO client grafana\./);
  }),
);

test("a client that codes could be stolen through is refused, and so is a name of ours", async () => {
  await using world = await restWorld();
  await world.addUser("joe", "ReadOnlyAdmin");
  const add = (name: string, uris: readonly string[], as = "admin") =>
    world.request({
      method: "POST",
      url: `${api}/ssoclients`,
      headers,
      as,
      payload: JSON.stringify({ name, redirect_uris: { redirect_uri: uris } }),
    });
  const wrong = [
    "http://g.example/",
    "https://g.example/#x",
    "https://*.example/",
    "javascript:x",
    "x",
    "https://a:b@g/",
  ];
  for (const uri of wrong) assert.equal((await add("x", [uri])).status, 400, uri);
  assert.equal((await add("x", [])).status, 400);
  for (const name of ["yagura-console", "ovirt-engine-core", "OVIRT-ENGINE-CORE", "a b", ""]) {
    assert.equal((await add(name, ["https://g.example/"])).status, 400, name);
  }
  assert.equal((await add("x", ["http://127.0.0.1/back"], "joe")).status, 403);
  assert.equal((await add("x", ["http://127.0.0.1/back"])).status, 201);
  assert.equal((await add("x", ["http://127.0.0.1/back"])).status, 409);
});

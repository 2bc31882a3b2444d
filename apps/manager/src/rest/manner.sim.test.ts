import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { Parameters } from "./edge/parameters.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";
import type { RestRequest } from "./route.ts";
import { waitFor } from "./wait-for.ts";

const api = "/ovirt-engine/api";

test("parameters count wherever they stand: in the query, at a segment of the path, or in a header", async () => {
  await using w = await restWorld();
  await populate(w);
  const names = async (path: string, headers: Record<string, string> = {}) => {
    const { status, text } = await w.request({ url: `${api}/${path}`, headers });
    assert.equal(status, 200, text);
    return [...text.matchAll(/^ {8}<name>([^<]+)/gm)].map(([, name]) => name);
  };
  assert.deepEqual(await names("vms;max=1"), ["demo"]);
  assert.deepEqual(await names("vms?max=1"), ["demo"]);
  assert.deepEqual(await names("vms;max=1?max=2"), ["demo", "other"]);
  assert.deepEqual(await names("vms;search=name%3Dother"), ["other"]);
  assert.deepEqual(await names("vms;search=name%3DOTHER;case_sensitive=true"), []);
  assert.deepEqual(await names("vms;search=name%3DOTHER;case_sensitive=false"), ["other"]);
  assert.deepEqual(await names("v4/vms;max=1"), ["demo"]);
  assert.deepEqual(await names("vms/?max=1"), ["demo"]);
  assert.equal((await w.request({ url: `${api}/vms;max=many` })).status, 400);
  const whole = async (path: string, headers: Record<string, string> = {}) =>
    (await w.request({ url: `${api}/${path}`, headers })).text.includes("<soundcard_enabled>");
  assert.deepEqual(
    [
      await whole(`vms/${ids.vm}`),
      await whole(`vms/${ids.vm}?all_content=true`),
      await whole(`vms/${ids.vm};all_content=true`),
      await whole(`vms/${ids.vm}`, { "all-content": "true" }),
      await whole("vms;all_content"),
      await whole(`vms/${ids.vm}?all_content=false`, { "all-content": "true" }),
    ],
    [false, true, true, true, true, false],
  );
});

test("`current` shows what the running guest has, and not what it will have", async () => {
  await using w = await restWorld();
  await populate(w);
  const consoles = async (path: string) =>
    (await w.request({ url: `${api}/vms/${path}` })).text.match(/<address>|<protocol>/g) ?? [];
  assert.deepEqual(await consoles(`${ids.vm}/graphicsconsoles?current=true`), ["<address>", "<protocol>"]);
  assert.deepEqual(await consoles(`${ids.vm}/graphicsconsoles;current=true`), ["<address>", "<protocol>"]);
  assert.deepEqual(await consoles(`${ids.otherVm}/graphicsconsoles`), ["<protocol>"]);
  assert.deepEqual(await consoles(`${ids.otherVm}/graphicsconsoles?current=true`), []);
});

test("a GET that announces a body is answered without it, also when it never comes", async () => {
  await using w = await restWorld();
  await populate(w);
  const token = await w.login("admin");
  const { port } = new URL(await w.server.app.listen({ host: "127.0.0.1", port: 0 }));
  for (const body of ["<action></action>", ""]) {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    const head = `GET ${api}/vms?search=name%3Ddemo HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer ${token}\r\nContent-Length: 17`;
    socket.write(`${head}\r\n\r\n${body}`);
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) text += chunk;
    assert.match(text, /^HTTP\/1\.1 200 /);
    assert.match(text, /^connection: close/im);
    assert.match(text, /<name>demo<\/name>/);
  }
});

test("Expect and X-Ovirt-Expect say whether an answer waits for the work", async () => {
  await using w = await restWorld();
  const outcome = async (headers: Record<string, string>, url: Map<string, string> = new Map()) => {
    const query = new Parameters({ query: url, matrix: new Map() }, headers);
    const request = { query, context: w.system } as Pick<RestRequest, "query" | "context"> as RestRequest;
    return waitFor(request, { ended: Promise.resolve({ outcome: "succeeded" }) });
  };
  assert.equal(await outcome({}), "done");
  assert.equal(await outcome({ expect: "202-accepted" }), "accepted");
  assert.equal(await outcome({ "x-ovirt-expect": "202-accepted" }), "accepted");
  assert.equal(await outcome({ expect: "100-continue; 202-accepted" }), "accepted");
  assert.equal(await outcome({ expect: "202-accepted" }, new Map([["async", "false"]])), "done");
  assert.equal(await outcome({ expect: "201-created" }), "done");
  // Work that takes longer than most clients poll for is waited for by who asked for it.
  const query = new Parameters({ query: new Map(), matrix: new Map() }, { "x-ovirt-expect": "201-created" });
  const { promise: ended, resolve } = Promise.withResolvers<{ outcome: "succeeded" }>();
  const request = { query, context: w.system } as Pick<RestRequest, "query" | "context"> as RestRequest;
  const answered = waitFor(request, { ended }, { waitMs: 10_000 });
  await w.clock.advance(30_000);
  resolve({ outcome: "succeeded" });
  assert.equal(await answered, "done");
});

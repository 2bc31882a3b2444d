import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

test(
  "a bookmark is added, changed and removed",
  proves(["GET /bookmarks/{}", "POST /bookmarks", "PUT /bookmarks/{}", "DELETE /bookmarks/{}"], async () => {
    await using world = await restWorld();
    const call = restCaller(world);
    const added = await call.post("/bookmarks", "<bookmark><name>web</name><value>Vms:name=web*</value></bookmark>");
    assert.equal(added.status, 201, added.text);
    const { id } = added.json<{ id: string }>();
    await call.put(`/bookmarks/${id}`, "<bookmark><value>Vms:tag=web</value></bookmark>");
    const { name, value } = (await call.get(`/bookmarks/${id}`)).json<{ name: string; value: string }>();
    assert.deepEqual([name, value], ["web", "Vms:tag=web"]);
    assert.equal((await call.remove(`/bookmarks/${id}`)).status, 200);
    assert.equal((await call.get(`/bookmarks/${id}`)).status, 404);
    assert.deepEqual(await call.events(/bookmark/), [
      "350 admin@internal added the bookmark web.",
      "352 admin@internal changed the bookmark web.",
      "354 admin@internal removed the bookmark web.",
    ]);
  }),
);

test("a bookmark that cannot be is refused", async () => {
  await using world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  await call.post("/bookmarks", "<bookmark><name>other</name><value>Hosts:</value></bookmark>");
  const refusals: readonly (readonly ["post" | "put", string, string, number, RegExp])[] = [
    ["post", "/bookmarks", "<bookmark><value>x</value></bookmark>", 400, /Bookmark \[name\] required for add/],
    ["post", "/bookmarks", "<bookmark><name>x</name></bookmark>", 400, /Bookmark \[value\] required for add/],
    ["post", "/bookmarks", "<bookmark><name>running</name><value>x</value></bookmark>", 409, /name is already in use/],
    ["put", `/bookmarks/${ids.bookmark}`, "<bookmark><name>other</name></bookmark>", 409, /name is already in use/],
    ["put", `/bookmarks/${ids.bookmark}`, "<bookmark><value> </value></bookmark>", 400, /must not be empty/],
    ["post", "/bookmarks", `<bookmark><name>${"x".repeat(301)}</name><value>x</value></bookmark>`, 400, /at most 300/],
  ];
  for (const [method, path, body, status, detail] of refusals) {
    const reply = await call[method](path, body);
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.text, detail);
  }
  assert.deepEqual(await call.namesAt("/bookmarks"), ["other", "running"]);
});

test("bookmarks are for administrators", async () => {
  await using world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  await world.addUser("owner", "UserVmManager", { type: "vm", id: ids.vm });
  await world.addUser("reader", "ReadOnlyAdmin");
  assert.equal((await call.get("/bookmarks", "owner")).status, 403);
  assert.equal((await call.get(`/bookmarks/${ids.bookmark}`, "reader")).status, 200);
  assert.equal((await call.remove(`/bookmarks/${ids.bookmark}`, "reader")).status, 403);
});

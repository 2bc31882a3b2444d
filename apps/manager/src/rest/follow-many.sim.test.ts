import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "./inventory.fixture.ts";
import { restCaller } from "./rest-caller.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";

/** Lists with what is followed of them, by its place in the API. */
const followed: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["vm", { cdroms: "cdroms", watchdogs: "watchdogs", affinity_labels: "affinitylabels", permissions: "permissions" }],
  [
    "template",
    { cdroms: "cdroms", watchdogs: "watchdogs", graphics_consoles: "graphicsconsoles", permissions: "permissions" },
  ],
  ["host", { affinity_labels: "affinitylabels", permissions: "permissions" }],
  ["cluster", { permissions: "permissions" }],
];

test("what is followed of many at once is what each of them says by itself", async () => {
  await using world = await restWorld();
  await populate(world);
  await world.addUser("ann", "UserVmManager", { type: "vm", id: ids.vm });
  const call = restCaller(world);
  const get = async (path: string, as: string) => (await call.get(path, as)).json<Record<string, unknown>>();
  for (const as of ["admin", "ann"]) {
    for (const [type, places] of followed) {
      const found = await get(`/${type}s?follow=${Object.keys(places).join(",")}`, as);
      const documents = (found[type] ?? []) as Record<string, unknown>[];
      assert.equal(documents.length > 0 || as !== "admin", true, type);
      for (const document of documents) {
        for (const [member, place] of Object.entries(places)) {
          const path = `/${type}s/${String(document["id"])}/${place}`;
          const alone = await call.get(path, as);
          const expected = alone.status === 200 ? alone.json() : undefined;
          assert.deepEqual(document[member], expected, `${as} ${path}`);
        }
      }
    }
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "../../rest/inventory.fixture.ts";
import { restWorld } from "../../rest/rest-world.fixture.ts";
import { loadObjectChain } from "./object-chain.ts";
import { loadObjectChains } from "./object-chains.ts";

test("the chains of many are what the chain of each is", async () => {
  await using world = await restWorld();
  await populate(world);
  const { db } = world.services;
  const objects = [
    ["vm", [ids.vm, ids.otherVm]],
    ["host", [ids.host]],
    ["template", [ids.template, "00000000-0000-0000-0000-000000000000"]],
    ["cluster", [ids.cluster]],
  ] as const;
  for (const [type, some] of objects) {
    const chains = await loadObjectChains(db, type, [...some, ids.disk]);
    assert.deepEqual([...chains.keys()].sort(), [...some].sort(), "and of nothing that is not there");
    for (const id of some) assert.deepEqual(chains.get(id), await loadObjectChain(db, { type, id }), `${type} ${id}`);
  }
});

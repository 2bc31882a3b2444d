import assert from "node:assert/strict";
import { test } from "node:test";
import { systemObject } from "../domain/user/user.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";

// `Filter: true` is the user's view: libgovirt sends it always, oVirt's portals for everybody who is no administrator.

const api = "/ovirt-engine/api";

async function namesOfVms(world: RestWorld, as: string, filter: string): Promise<readonly string[]> {
  const reply = await world.request({
    url: `${api}/vms`,
    as,
    headers: { filter, accept: "application/json" },
  });
  assert.equal(reply.status, 200, reply.text);
  return (reply.json<{ vm?: { name: string }[] }>().vm ?? []).map(({ name }) => name).sort();
}

test("with Filter the super user sees all VMs, a reading administrator none, and everybody what he may use", async () => {
  await using world = await restWorld();
  await populate(world);
  await world.addUser("reader", "ReadOnlyAdmin", systemObject);
  await world.addUser("clusters", "ClusterAdmin", { type: "cluster", id: ids.cluster });
  await world.addUser("owner", "UserVmManager", { type: "vm", id: ids.vm });
  const seen = async (as: string) => [await namesOfVms(world, as, "false"), await namesOfVms(world, as, "true")];
  assert.deepEqual(await seen("admin"), [
    ["demo", "other"],
    ["demo", "other"],
  ]);
  assert.deepEqual(await seen("reader"), [["demo", "other"], []]);
  assert.deepEqual(await seen("clusters"), [
    ["demo", "other"],
    ["demo", "other"],
  ]);
  assert.deepEqual(await seen("owner"), [["demo"], ["demo"]]);
});

test("with Filter, by header or parameter, a reading administrator sees of users himself, and no events of others", async () => {
  await using world = await restWorld();
  const reader = await world.addUser("reader", "ReadOnlyAdmin", systemObject);
  const users = async (suffix: string, headers: Record<string, string> = {}) => {
    const reply = await world.request({ url: `${api}/users${suffix}`, as: "reader", headers });
    return [...reply.text.matchAll(/<user id="([^"]+)"/g)].map(([, id]) => id);
  };
  assert.equal((await users("")).length, 2);
  assert.deepEqual(await users("?filter=true"), [reader.id]);
  assert.deepEqual(await users(";filter=true"), [reader.id]);
  assert.deepEqual(await users("", { filter: "true" }), [reader.id]);
  assert.equal((await users("", { filter: "false" })).length, 2);
});

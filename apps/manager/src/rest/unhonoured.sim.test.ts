import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";

const headers = { "content-type": "application/xml", accept: "application/json" };

async function warnings(world: Awaited<ReturnType<typeof restWorld>>): Promise<readonly string[]> {
  const reply = await world.request({ url: "/ovirt-engine/api/events?search=type%3D1000201", headers });
  return (reply.json<{ event?: { description: string }[] }>().event ?? []).map(({ description }) => description);
}

test("what a body asks for and nobody acts upon is told by a warning event, and is not in the answer", async () => {
  await using world = await restWorld();
  await populate(world);
  const url = `/ovirt-engine/api/vms/${ids.vm}`;
  const payload =
    "<vm><comment>new</comment><migration_downtime>7</migration_downtime><quota><name>gold</name></quota></vm>";
  const reply = await world.request({ method: "PUT", url, payload, headers });
  assert.equal(reply.status, 200);
  const { comment, quota } = reply.json();
  assert.deepEqual({ comment, quota }, { comment: "new", quota: undefined });
  assert.deepEqual(await warnings(world), [
    "Of vm demo was asked for what is not supported here, and stays as it is: migration_downtime, quota.",
  ]);
});

test("a document sent back as it was got is no wish for anything else", async () => {
  await using world = await restWorld();
  await populate(world);
  for (const path of [`vms/${ids.vm}`, `clusters/${ids.cluster}`, `disks/${ids.disk}`, `hosts/${ids.host}`]) {
    const url = `/ovirt-engine/api/${path}`;
    const payload = (await world.request({ url })).text;
    assert.equal((await world.request({ method: "PUT", url, payload, headers })).status, 200, path);
  }
  assert.deepEqual(await warnings(world), []);
});

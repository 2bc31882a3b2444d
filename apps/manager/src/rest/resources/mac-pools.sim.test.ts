import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { defaultMacPoolId } from "../../db/seed.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

function pool(name: string, from: string, to: string, more = ""): string {
  return `<mac_pool><name>${name}</name>${more}<ranges><range><from>${from}</from><to>${to}</to></range></ranges></mac_pool>`;
}

const macPools = proves(["POST /macpools", "PUT /macpools/{}", "DELETE /macpools/{}"], async () => {
  await using world = await restWorld();
  const client = inventoryClient(world);
  const added = await client.make("POST", "/macpools", pool("lab", "02:00:00:00:00:00", "02:00:00:00:00:FF"));
  const read = await client.read(`/macpools/${added.id}`);
  assert.deepEqual(
    [read["name"], read["allow_duplicates"], read["default_pool"], read["ranges"]],
    ["lab", "false", "false", { range: [{ from: "02:00:00:00:00:00", to: "02:00:00:00:00:ff" }] }],
  );
  await client.make("PUT", `/macpools/${added.id}`, "<mac_pool><description>of the lab</description></mac_pool>");
  const changed = await client.read(`/macpools/${added.id}`);
  assert.deepEqual([changed["description"], changed["ranges"]], ["of the lab", read["ranges"]]);
  assert.deepEqual(await client.names("/macpools"), ["Default", "lab"]);
  assert.equal((await client.remove(`/macpools/${added.id}`)).status, 200);
  assert.equal((await client.remove(`/macpools/${added.id}`)).status, 404);
  assert.deepEqual(await client.events(10700, 10702, 10704), [
    "10700 admin@internal added the MAC pool lab.",
    "10702 admin@internal changed the MAC pool lab.",
    "10704 admin@internal removed the MAC pool lab.",
  ]);
});
test("a MAC pool is added, read, changed in part and removed", macPools);

test("a MAC pool that cannot be is refused", async () => {
  await using world = await restWorld();
  await populate(world);
  const client = inventoryClient(world);
  const lab = await client.make("POST", "/macpools", pool("lab", "02:00:00:00:00:00", "02:00:00:00:00:ff"));
  const two = "<range><from>06:00:00:00:00:00</from><to>06:00:00:00:00:0f</to></range>";
  const unexpected = await unexpectedAnswers(client, [
    ["POST", "/macpools", "<mac_pool/>", 400, /MacPool \[name\] required for add/],
    ["POST", "/macpools", "<mac_pool><name>x</name></mac_pool>", 400, /must contain at least one MAC address range/],
    ["POST", "/macpools", pool("x", "02:00:00:00:01:00", "nothing"), 400, /is no range of MAC addresses/],
    ["POST", "/macpools", pool("x", "03:00:00:00:01:00", "03:00:00:00:01:01"), 400, /is no range of MAC addresses/],
    ["POST", "/macpools", pool("x", "02:00:00:00:02:00", "02:00:00:00:01:00"), 400, /ends before it begins/],
    ["POST", "/macpools", pool("x", "02:00:00:00:00:00", "02:ff:ff:ff:ff:ff"), 400, /has more than 2147483647/],
    [
      "POST",
      "/macpools",
      `<mac_pool><name>x</name><ranges>${two}${two}</ranges></mac_pool>`,
      400,
      /overlapping ranges/,
    ],
    [
      "POST",
      "/macpools",
      pool("x", "02:00:00:00:00:ff", "02:00:00:00:01:00"),
      409,
      /MAC pool cannot contain ranges which overlap with ranges in MAC pools: 'lab'/,
    ],
    ["POST", "/macpools", pool("lab", "06:00:00:00:00:00", "06:00:00:00:00:01"), 409, /name is already in use/],
    ["PUT", `/macpools/${lab.id}`, "<mac_pool><name>Default</name></mac_pool>", 409, /name is already in use/],
    ["PUT", `/macpools/${lab.id}`, pool("lab", "56:6f:1a:1a:00:00", "56:6f:1a:1a:00:01"), 409, /'Default'/],
    ["PUT", `/clusters/${ids.cluster}`, "<cluster><mac_pool><name>no</name></mac_pool></cluster>", 404, /no/],
  ]);
  assert.deepEqual(unexpected, []);
  const removal = await client.remove(`/macpools/${defaultMacPoolId}`);
  assert.equal(removal.status, 409);
  assert.match(removal.text, /\[Cannot remove MAC Pool\. Default MAC Pool cannot be removed\./);
});

test("NICs get their addresses from the pool of their VM's cluster, each once unless the pool allows more", async () => {
  await using world = await restWorld();
  await populate(world);
  const client = inventoryClient(world);
  const lab = await client.make("POST", "/macpools", pool("lab", "02:00:00:00:00:00", "02:00:00:00:00:01"));
  const cluster = `/clusters/${ids.cluster}`;
  await client.make("PUT", cluster, "<cluster><mac_pool><name>lab</name></mac_pool></cluster>");
  assert.equal((await client.read(cluster))["mac_pool"] instanceof Object, true);
  assert.equal(((await client.read(cluster))["mac_pool"] as { id: string }).id, lab.id);
  assert.match(
    (await client.remove(`/macpools/${lab.id}`)).text,
    /Several Clusters \(1\) are using this MAC Pool: Default/,
  );

  const nics = `/vms/${ids.otherVm}/nics`;
  const add = (name: string, mac = "") =>
    client.send("POST", nics, `<nic><name>${name}</name>${mac && `<mac><address>${mac}</address></mac>`}</nic>`);
  assert.equal((await add("a")).status, 201);
  assert.match((await add("b", "02:00:00:00:00:00")).text, /MAC Address 02:00:00:00:00:00 is already in use/);
  assert.equal((await add("b")).status, 201);
  assert.match((await add("c")).text, /Not enough MAC addresses left in MAC Address Pool/);
  const macs = (await client.list(nics)).map(({ name, mac }) => [name, (mac as { address: string }).address]);
  assert.deepEqual(macs, [
    ["a", "02:00:00:00:00:00"],
    ["b", "02:00:00:00:00:01"],
  ]);

  await client.make("PUT", `/macpools/${lab.id}`, "<mac_pool><allow_duplicates>true</allow_duplicates></mac_pool>");
  assert.equal((await add("c", "02:00:00:00:00:00")).status, 201);
  const strict = "<mac_pool><allow_duplicates>false</allow_duplicates></mac_pool>";
  const refused = await client.send("PUT", `/macpools/${lab.id}`, strict);
  assert.match(refused.text, /Cannot unset 'Allow Duplicates' when mac pool contains duplicate macs/);
  const back = await client.send("PUT", cluster, "<cluster><mac_pool><name>Default</name></mac_pool></cluster>");
  assert.match(back.text, /MAC Address is already in use: 02:00:00:00:00:00/);
  assert.deepEqual([refused.status, back.status], [409, 409]);
});

test("a new cluster uses the pool of its data center, and whoever may not use a pool cannot give it to a cluster", async () => {
  await using world = await restWorld();
  await populate(world);
  const client = inventoryClient(world);
  const lab = await client.make("POST", "/macpools", pool("lab", "02:00:00:00:00:00", "02:00:00:00:00:01"));
  const dataCenter = `/datacenters/${ids.dataCenter}`;
  await client.make("PUT", dataCenter, `<data_center><mac_pool id="${lab.id}"/></data_center>`);
  const body = `<cluster><name>new</name><data_center id="${ids.dataCenter}"/></cluster>`;
  const cluster = await client.make("POST", "/clusters", body);
  assert.equal((cluster["mac_pool"] as { id: string }).id, lab.id);
  assert.match((await client.remove(`/macpools/${lab.id}`)).text, /Clusters \(1\).*Data Centers \(1\)/);
  await world.addUser("ann", "ClusterAdmin", { type: "cluster", id: cluster.id });
  const asAnn = (name: string) =>
    client.send(
      "PUT",
      `/clusters/${cluster.id}`,
      `<cluster><mac_pool><name>${name}</name></mac_pool></cluster>`,
      "ann",
    );
  assert.equal((await asAnn("Default")).status, 404);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { updateDataCenter } from "../db/queries/data-centers.ts";
import { updateHost } from "../db/queries/hosts.ts";
import { getVm } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const xml = { "content-type": "application/xml" };
const json = { accept: "application/json" };

test("GET /datacenters/{id}/spm says who manages the storage, since when, and why", async () => {
  await using world = await restWorld();
  await populate(world);
  const { db } = world.services;
  await transaction(db, (tx) =>
    updateDataCenter(tx, ids.dataCenter, {
      spmHostId: ids.host,
      spmEpoch: 7,
      spmSinceMs: Date.UTC(2026, 10, 22),
      spmReason: "nobody has the lease",
    }),
  );
  const url = `${api}/datacenters/${ids.dataCenter}/spm`;
  const reply = await world.request({ url, headers: json });
  assert.equal(reply.status, 200, reply.text);
  const { host, ...spm } = reply.json<Record<string, unknown>>();
  assert.equal((host as { id: string }).id, ids.host);
  assert.deepEqual([spm["status"], spm["epoch"], spm["reason"], spm["io_timeout"], spm["lease_time"]].map(String), [
    "spm",
    "7",
    "nobody has the lease",
    "10",
    "140",
  ]);
  const hostReply = await world.request({ url: `${api}/hosts/${ids.host}`, headers: json });
  assert.equal(hostReply.json<{ spm: { status: string } }>().spm.status, "spm");
  const root = await world.request({ url: `${api}/datacenters/${ids.dataCenter}` });
  assert.match(root.text, /rel="spm"/);
});

test("a host that becomes the manager of the storage is shown as contending", async () => {
  await using world = await restWorld();
  await populate(world);
  await transaction(world.services.db, (tx) =>
    updateDataCenter(tx, ids.dataCenter, { spmHostId: null, spmContenderId: ids.host }),
  );
  const host = await world.request({ url: `${api}/hosts/${ids.host}` });
  assert.match(host.text, /<spm>.*<status>contending<\/status>.*<\/spm>/s);
  const spm = await world.request({ url: `${api}/datacenters/${ids.dataCenter}/spm` });
  assert.match(spm.text, /<status>contending<\/status>/);
});

test("the I/O timeout is said at creation or before there is storage, and only one that hosts know", async () => {
  await using world = await restWorld();
  await populate(world);
  const create = (query: string, name: string) =>
    world.request({
      method: "POST",
      url: `${api}/datacenters${query}`,
      payload: `<data_center><name>${name}</name></data_center>`,
      headers: xml,
    });
  const made = await create("?io_timeout=5", "quick");
  assert.equal(made.status, 201, made.text);
  const url = `${String(made.headers["location"])}/spm`;
  assert.match((await world.request({ url })).text, /<io_timeout>5</);
  const put = (target: string, seconds: number) =>
    world.request({
      method: "PUT",
      url: target,
      payload: `<storage_pool_manager><io_timeout>${seconds}</io_timeout></storage_pool_manager>`,
      headers: xml,
    });
  assert.match((await put(url, 2)).text, /<lease_time>76</);
  assert.equal((await put(url, 3)).status, 400);
  assert.equal((await create("?io_timeout=7", "odd")).status, 400);
  const inUse = await put(`${api}/datacenters/${ids.dataCenter}/spm`, 2);
  assert.equal(inUse.status, 409);
  assert.match(inUse.text, /only before the first Storage Domain/);
});

test("only the word of a person fences, only for a host that is lost, and it is audited; its VMs are down then", async () => {
  await using world = await restWorld();
  await populate(world);
  const { db } = world.services;
  const fence = (type: string) =>
    world.request({
      method: "POST",
      url: `${api}/hosts/${ids.host}/fence`,
      payload: `<action><fence_type>${type}</fence_type></action>`,
      headers: xml,
    });
  assert.equal((await fence("restart")).status, 400);
  assert.equal((await fence("manual")).status, 409, "the host is up: it can be asked");
  await transaction(db, (tx) => updateHost(tx, ids.host, { status: "non_responsive" }));
  const reply = await fence("manual");
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await getVm(db, ids.vm)).run.status, "down");
  const events = await world.request({ url: `${api}/events` });
  assert.match(events.text, /admin@internal confirmed that host one has been rebooted/);
});

test("who shall manage the storage is asked for, unless the host cannot", async () => {
  await using world = await restWorld();
  await populate(world);
  const { db } = world.services;
  const ask = () => world.request({ method: "POST", url: `${api}/hosts/${ids.host}/forceselectspm`, headers: xml });
  assert.equal((await ask()).status, 200);
  await transaction(db, (tx) => updateHost(tx, ids.host, { spmPriority: -1 }));
  const refused = await ask();
  assert.equal(refused.status, 409);
  assert.match(refused.text, /priority is -1/);
});

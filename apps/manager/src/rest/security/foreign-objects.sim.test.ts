import assert from "node:assert/strict";
import { test } from "node:test";
import { systemObject } from "../../domain/user/user.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";
import { api, served, urlOf } from "./every-route.fixture.ts";

// Ids in paths are tried for everybody in authorization.sim.test.ts; here are the ids in bodies, jobs, events and links
// (CVE-2025-66172, CVE-2026-25199: what a body names was not looked at).

const headers = { "content-type": "application/json", accept: "application/json" };

async function send(
  world: RestWorld,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
  as = "owner",
) {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return world.request({ method, url: `${api}${path}`, headers, as, ...payload });
}

async function ownersWorld() {
  const world = await restWorld();
  const found = await populate(world);
  const owner = await world.addUser("owner", "UserVmManager", { type: "vm", id: ids.vm });
  return { world, found, owner };
}

test("an object of others that a body names does not exist for who may not see it", async () => {
  const { world, found } = await ownersWorld();
  await using _ = world;
  const foreign: readonly (readonly ["POST" | "PUT", string, object])[] = [
    [
      "POST",
      `/vms/${ids.vm}/diskattachments`,
      { disk: { id: ids.looseDisk }, interface: "virtio", provisioned_size: 1 },
    ],
    ["POST", `/vms/${ids.vm}/nics`, { name: "nic9", vnic_profile: { id: found.vnicProfile } }],
    ["PUT", `/vms/${ids.vm}/nics/${ids.nic}`, { vnic_profile: { id: "00000000-0000-4000-8000-00000000beef" } }],
    ["POST", "/vms", { name: "x", cluster: { id: ids.cluster }, template: { id: ids.template } }],
    ["POST", "/templates", { name: "x", vm: { id: ids.otherVm } }],
    ["POST", "/templates", { name: "x", vm: { id: ids.vm }, cluster: { id: ids.cluster } }],
    [
      "POST",
      "/disks",
      { name: "x", provisioned_size: 1, storage_domains: { storage_domain: [{ id: ids.storageDomain }] } },
    ],
    ["POST", `/disks/${ids.disk}/copy`, { storage_domain: { id: ids.storageDomain } }],
    ["POST", `/disks/${ids.disk}/move`, { storage_domain: { id: ids.storageDomain } }],
    ["POST", "/imagetransfers", { disk: { id: ids.looseDisk }, direction: "upload" }],
    ["POST", `/vms/${ids.vm}/tags`, { id: ids.tag }],
    ["POST", `/vms/${ids.vm}/start`, { vm: { cluster: { id: ids.cluster } }, host: { id: ids.host } }],
  ];
  for (const [method, path, body] of foreign) {
    const reply = await send(world, method, path, body);
    // Nothing is wrong with the request itself: he who may see the object is not told that there is none.
    const control = await send(world, method, path, body, "admin");
    if (!JSON.stringify(body).includes("beef")) assert.ok(![403, 404].includes(control.status), control.text);
    // A start of what runs already is refused for that.
    const expected = path.endsWith("/start") ? [403, 404, 409] : [400, 403, 404];
    assert.ok(
      expected.includes(reply.status),
      `${method} ${path} ${JSON.stringify(body)}: ${reply.status} ${reply.text}`,
    );
  }
});

test("what exists for others and what does not exist look the same", async () => {
  const { world } = await ownersWorld();
  await using _ = world;
  const kinds = ["vms", "disks", "templates", "hosts", "clusters", "datacenters", "storagedomains", "networks", "jobs"];
  const known: Readonly<Record<string, string>> = {
    vms: ids.otherVm,
    disks: ids.looseDisk,
    templates: ids.template,
    hosts: ids.host,
    clusters: ids.cluster,
    datacenters: ids.dataCenter,
    storagedomains: ids.storageDomain,
    jobs: ids.job,
  };
  for (const kind of kinds.filter((each) => each in known)) {
    const there = await send(world, "GET", `/${kind}/${known[kind]}`);
    const nowhere = await send(world, "GET", `/${kind}/00000000-0000-4000-8000-00000000beef`);
    assert.deepEqual([there.status, nowhere.status], [404, 404], kind);
    assert.equal(
      there.text.replace(known[kind] ?? "", ""),
      nowhere.text.replace("00000000-0000-4000-8000-00000000beef", ""),
    );
  }
});

test("follow leads nobody to what he could not ask for himself", async () => {
  const { world } = await ownersWorld();
  await using _ = world;
  const follow =
    "cluster,host,template,cluster.data_center,disk_attachments.disk.storage_domains,nics.vnic_profile,permissions.user";
  const reply = await send(world, "GET", `/vms/${ids.vm}?follow=${follow}`);
  assert.equal(reply.status, 200);
  for (const name of ['"local"', '"one.example"', '"ovirtmgmt"', "mount_options"]) {
    assert.ok(!reply.text.includes(name), `${name} in ${reply.text}`);
  }
});

test("jobs, steps and events of others are not there, also for who is in the same request's history", async () => {
  const { world } = await ownersWorld();
  await using _ = world;
  assert.equal((await send(world, "GET", "/jobs")).json<{ job?: unknown[] }>().job, undefined);
  for (const path of [`/jobs/${ids.job}`, `/jobs/${ids.job}/steps`, `/jobs/${ids.job}/steps/${ids.step}`]) {
    assert.equal((await send(world, "GET", path)).status, 404, path);
  }
  for (const search of ["correlation_id=job-of-system", "user=admin", ""]) {
    const found = await send(world, "GET", `/events?search=${encodeURIComponent(search)}`);
    assert.ok(!found.text.includes(ids.otherVm) && !found.text.includes("admin@internal"), found.text);
  }
});

test("whoever administers one cluster is nobody in another, at any route", async () => {
  await using world = await restWorld();
  const found = await populate(world);
  // He administers something that has none of these.
  const elsewhere = { type: "cluster", id: "00000000-0000-4000-8000-00000000dead" } as const;
  await world.addUser("keeper", "ClusterAdmin", elsewhere);
  const foreign = served.filter(({ path }) =>
    /^\/(vms|disks|hosts|clusters|datacenters|storagedomains|templates)\/:/.test(path),
  );
  for (const route of foreign) {
    const url = urlOf(route, { ...found, disk: ids.disk, item: "x", console: "766e63" });
    const payload = route.method === "POST" || route.method === "PUT" ? { payload: "{}" } : {};
    const reply = await world.request({ method: route.method, url, headers, as: "keeper", ...payload });
    assert.ok([400, 403, 404].includes(reply.status), `${route.method} ${route.path}: ${reply.status} ${reply.text}`);
  }
  assert.equal(systemObject.type, "system");
});

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DiskId, type HostId, type NicId, newId, type VmId } from "@yagura/std/ids.ts";
import { ensureDiskAttachment } from "../db/queries/disk-attachments.ts";
import { ensureDisk, getDisk } from "../db/queries/disks.ts";
import { getHost, insertHost } from "../db/queries/hosts.ts";
import { ensureNic } from "../db/queries/nics.ts";
import { ensureVm, getVm } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

// What lists must not do is to ask once more for each thing in them.

const MORE = 20;

/** More of everything that `populate` made, each as the first. */
async function addMore({ services: { db } }: RestWorld): Promise<void> {
  const [vm, host, disk] = [await getVm(db, ids.vm), await getHost(db, ids.host), await getDisk(db, ids.disk)];
  await transaction(db, async (tx) => {
    for (let n = 0; n < MORE; n++) {
      const [vmId, diskId] = [newId<VmId>(), newId<DiskId>()];
      await insertHost(tx, {
        ...host,
        id: newId<HostId>(),
        name: `host${n}`,
        address: `host${n}`,
        poolNumber: 100 + n,
      });
      await ensureVm(tx, { ...vm, id: vmId, name: `vm${n}` });
      await ensureDisk(tx, { ...disk, id: diskId, name: `disk${n}` });
      await ensureDiskAttachment(tx, {
        vmId,
        diskId,
        interface: "virtio",
        isBootable: true,
        isActive: true,
        isReadOnly: false,
        passDiscard: false,
      });
      await ensureNic(tx, {
        id: newId<NicId>(),
        owner: { vmId },
        name: "nic1",
        interface: "virtio",
        isLinked: true,
        isPlugged: true,
        macAddress: `56:6f:1a:1a:01:${n.toString(16).padStart(2, "0")}`,
      });
    }
  });
}

/** Collections that the database searches, sorts and cuts. */
const searchable = [
  "/clusters",
  "/datacenters",
  "/disks",
  "/events",
  "/groups",
  "/hosts",
  "/jobs",
  "/networks",
  "/storagedomains",
  "/templates",
  "/users",
  "/vms",
  "/vnicprofiles",
];
const searches = [
  "/vms?search=cluster=Default%20and%20host.name=one",
  "/vms?search=name=demo%20sortby%20name%20page%201&max=5",
  "/disks?search=vm_names=demo",
];

async function worldWithCount(): Promise<{
  readonly world: RestWorld;
  queriesOf(path: string, as: string): Promise<number>;
}> {
  let queries = 0;
  const world = await restWorld({ onQuery: () => queries++ });
  await populate(world);
  await world.addUser("ann", "UserVmManager", { type: "cluster", id: ids.cluster });
  return {
    world,
    async queriesOf(path, as) {
      queries = 0;
      await world.request({ url: `/ovirt-engine/api${path}`, as });
      return queries;
    },
  };
}

test("no list asks the database more often when there is more in it", async () => {
  const { world, queriesOf } = await worldWithCount();
  await using _ = world;
  const lists = routes({ instanceId: "", version: "0" }).filter(
    ({ method, path }) => method === "GET" && /^\/\w+$/.test(path),
  );
  const count = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const as of ["admin", "ann"]) {
      for (const path of [...lists.map((route) => route.path), ...searches]) {
        counts[`${as} ${path}`] = await queriesOf(path, as);
      }
    }
    return counts;
  };
  await count();
  const before = await count();
  await addMore(world);
  assert.deepEqual(await count(), before);
  assert.ok(Object.values(before).every((each) => each < 20));
});

test("a list that can be searched is three queries at most, besides those for who asks", async () => {
  const { world, queriesOf } = await worldWithCount();
  await using _ = world;
  for (const as of ["admin", "ann"]) {
    await queriesOf("/clusterlevels", as);
    const login = await queriesOf("/clusterlevels", as);
    for (const path of [...searchable, ...searches]) {
      const queries = (await queriesOf(path, as)) - login;
      assert.ok(queries <= 3, `${as} ${path}: ${queries}`);
    }
  }
});

/** What is followed of each kind; each name is two queries at most for each of its steps. */
const followed: readonly string[] = [
  "/vms?follow=nics,nics.statistics,disk_attachments.disk.statistics,statistics,graphics_consoles,reported_devices,cluster.data_center,template",
  "/vms?follow=host.statistics,snapshots,tags,cdroms,watchdogs,affinity_labels,permissions",
  "/hosts?follow=statistics,cluster,nics,affinity_labels,permissions",
  "/disks?follow=statistics,storage_domains,vms",
  "/templates?follow=nics,disk_attachments.disk,cluster,cdroms,watchdogs,graphics_consoles,permissions",
  "/jobs?follow=steps",
  "/clusters?follow=networks,data_center,permissions",
  "/datacenters?follow=clusters,networks.vnic_profiles,storage_domains",
];

test("follow asks as often for many as for few", async () => {
  const { world, queriesOf } = await worldWithCount();
  await using _ = world;
  const count = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const as of ["admin", "ann"]) {
      for (const path of followed) counts[`${as} ${path}`] = await queriesOf(path, as);
    }
    return counts;
  };
  await count();
  const before = await count();
  await addMore(world);
  assert.deepEqual(await count(), before);
});

/** Each id in its own path is asked for by itself when it is followed; the list may only become shorter. */
test("routes that a followed list asks one by one are in followed-singly.txt", () => {
  const file = join(import.meta.dirname, "followed-singly.txt");
  const text = `${listFollowedSingly(routes({ instanceId: "", version: "0" })).join("\n")}\n`;
  // UPDATE_GOLDEN=1 writes it anew; the diff is what is reviewed.
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  assert.equal(readFileSync(file, "utf8"), text, "give the route `many`, or run this with UPDATE_GOLDEN=1");
});

/** Sub-collections, and objects that others refer to: what is at an href with ids, except single members of a sub-collection. */
function listFollowedSingly(all: readonly Route[]): string[] {
  const gets = all.filter(({ method, path, many }) => method === "GET" && path.includes("/:") && many === undefined);
  return gets
    .map(({ path }) => path)
    .filter((path) => /^\/\w+\/:\w+$|\/\w+$/.test(path))
    .sort();
}

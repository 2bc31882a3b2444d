import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentFault } from "@yagura/agent-protocol";
import { GiB } from "@yagura/std/units.ts";
import { type ThreeHosts, threeHosts } from "./background/spm/three-hosts.fixture.ts";
import { getDisk } from "./db/queries/disks.ts";
import { listEvents } from "./db/queries/events.ts";
import { getStorageDomain } from "./db/queries/storage-domains.ts";
import { done, until } from "./manager.fixture.ts";
import { extendDisk } from "./operations/disks/extend-disk.ts";
import { updateDisk } from "./operations/disks/update-disk.ts";

/** What stands beside the volume of the disk on its storage. */
function written({ storage }: ThreeHosts, diskId: string): unknown {
  const images = [...storage.domains.values()].flatMap((domain) => domain.images.get(diskId) ?? []);
  return images.flatMap((image) => [...image.values()].map(({ description }) => JSON.parse(description)))[0];
}

test("a disk that is renamed has its new name on the storage, whoever manages that by then", async () => {
  await using world = await threeHosts();
  await world.untilSpm("one");
  const { system } = world.world;
  const { disk } = await done(world.addDisk("old"));
  const same = await updateDisk(system, { diskId: disk.id, name: "old", wipeAfterDelete: true });
  assert.equal(same, undefined, "nothing of that is on the storage");

  await world.host("one").powerOff();
  const started = await updateDisk(system, { diskId: disk.id, name: "new", description: "for the web" });
  assert.equal((await getDisk(system.db, disk.id)).name, "new", "the Manager knows it at once");
  assert.deepEqual((await started?.ended)?.outcome, "succeeded");
  assert.deepEqual(written(world, disk.id), { DiskAlias: "new", DiskDescription: "for the web" });

  await done(extendDisk(system, { diskId: disk.id, name: "newer", capacityBytes: 2 * GiB }));
  assert.deepEqual(written(world, disk.id), { DiskAlias: "newer", DiskDescription: "for the web" });
});

test("a name that cannot be written to the storage is told, and stays the disk's", async () => {
  await using world = await threeHosts(["one"]);
  await world.untilSpm("one");
  const { system } = world.world;
  const { disk } = await done(world.addDisk("old"));
  const told = async () => (await listEvents(system.db, {}, 1000)).filter(({ code }) => code === 1_000_106).length;
  world.host("one").failNext("Volume.setDescription", new AgentFault("VolumeDoesNotExist"));
  const started = await updateDisk(system, { diskId: disk.id, name: "new" });
  assert.equal((await started?.ended)?.outcome, "succeeded");
  assert.deepEqual([(await getDisk(system.db, disk.id)).name, await told()], ["new", 1]);

  world.host("one").cutStorage();
  await until(
    "the domain to be lost",
    async () => (await getStorageDomain(system.db, world.domainId)).status !== "active",
  );
  assert.equal(await updateDisk(system, { diskId: disk.id, name: "newest" }), undefined);
  assert.deepEqual([(await getDisk(system.db, disk.id)).name, await told()], ["newest", 2]);
});

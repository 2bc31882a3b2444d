import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { getDataCenter } from "./db/queries/data-centers.ts";
import { getDisk, listDisks } from "./db/queries/disks.ts";
import { getHost } from "./db/queries/hosts.ts";
import { getVm } from "./db/queries/vms.ts";
import { OperationRefused } from "./domain/errors.ts";
import { makeInventory, makeVm, managerWorld, until } from "./manager.fixture.ts";
import { createDisk } from "./operations/disks/create-disk.ts";
import { activateHost } from "./operations/hosts/activate-host.ts";
import { deactivateHost } from "./operations/hosts/deactivate-host.ts";
import { startVm } from "./operations/vms/start-vm.ts";

test("a lost answer to the start of a guest is looked up: the guest is started once", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const { db } = world.system;
  const { host } = inventory;

  host.silence();
  const { ended } = await startVm(world.system, { vmId: vm.id });
  // The call is on its way; its host comes back as another process, which has never heard of the call.
  await until(
    "the host to be given up",
    async () => (await getHost(db, host.hostId as HostId)).status === "connecting",
  );
  host.speak();
  await host.restart();
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
  assert.equal(host.vms.length, 1);
});

test("an agent that starts again is well within 15 s, storage and guests too, and the guest is not touched", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const { db } = world.system;
  const { host } = inventory;
  await startVm(world.system, { vmId: vm.id });
  await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
  const elapsed = host.vms[0]?.pid;

  await host.restart();
  host.world.pool = undefined;
  const isWell = async (): Promise<boolean> =>
    (await getHost(db, host.hostId as HostId)).status === "up" &&
    (await getVm(db, vm.id)).run.status === "up" &&
    (await getDataCenter(db, inventory.dataCenter.id)).status === "up" &&
    host.world.pool !== undefined;
  await until("all to be well", isWell, 15_000);
  assert.equal(host.vms[0]?.pid, elapsed);
});

test("a host with a running guest cannot be deactivated; without one it can, and comes back", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const { db } = world.system;
  const hostId = inventory.host.hostId as HostId;
  await startVm(world.system, { vmId: vm.id });
  await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
  await assert.rejects(deactivateHost(world.system, hostId), OperationRefused);

  inventory.host.shutDownFromInside(vm.id);
  await until("the guest to be down", async () => (await getVm(db, vm.id)).run.status === "down");
  await deactivateHost(world.system, hostId);
  await until("maintenance", async () => (await getHost(db, hostId)).status === "maintenance");
  await activateHost(world.system, hostId);
  await until("the host to be up", async () => (await getHost(db, hostId)).status === "up");
});

test("what a disk takes on its storage is what the host of its running guest says", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const { db } = world.system;
  const size = async () => (await listDisks(db)).find(({ vmIds }) => vmIds.includes(vm.id))?.actualBytes;
  const before = await size();
  await startVm(world.system, { vmId: vm.id });
  // As the simulated host says of every disk.
  await until("the disk to have grown", async () => (await size()) === GiB);
  assert.notEqual(before, GiB);
});

test("a host that does not respond goes to maintenance at once, unless guests may run on it", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { vm } = await makeVm(world, inventory);
  const { db } = world.system;
  const hostId = inventory.host.hostId as HostId;
  const loseHost = async (): Promise<void> => {
    inventory.host.silence();
    await until("silence", async () => (await getHost(db, hostId)).status === "connecting");
    await db.updateTable("hosts").set({ status: "non_responsive" }).where("id", "=", hostId).execute();
  };
  await startVm(world.system, { vmId: vm.id });
  await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
  await loseHost();
  await assert.rejects(deactivateHost(world.system, hostId), OperationRefused);

  inventory.host.speak();
  await until("the host to be up", async () => (await getHost(db, hostId)).status === "up");
  inventory.host.shutDownFromInside(vm.id);
  await until("the guest to be down", async () => (await getVm(db, vm.id)).run.status === "down");
  await loseHost();
  await deactivateHost(world.system, hostId);
  assert.equal((await getHost(db, hostId)).status, "maintenance");
});

test("a host whose key is not the approved one is not talked to", async () => {
  await using world = await managerWorld();
  const { host } = await makeInventory(world);
  const { db } = world.system;
  const hostId = host.hostId as HostId;
  await db
    .updateTable("hosts")
    .set({ keyFingerprint: "0".repeat(64) })
    .where("id", "=", hostId)
    .execute();
  world.manager.services.wake("watch-hosts");
  await until("the host to be cut off", async () => (await getHost(db, hostId)).status === "connecting");
  assert.match((await getHost(db, hostId)).statusReason ?? "", /another key/);
});

test("an agent that starts again in the middle of work on its storage is waited for; the work ends well", async () => {
  await using world = await managerWorld();
  const inventory = await makeInventory(world);
  const { host, domainId } = inventory;
  await host.restart();
  host.world.pool = undefined;
  const newDisk = {
    name: "late",
    storageDomainId: domainId,
    capacityBytes: GiB,
    format: "raw",
    isSparse: true,
  } as const;
  const { disk, ended } = await createDisk(world.system, newDisk);
  // It is reached before it is the storage's manager again: that it says so is no failure.
  await until("the agent to be asked", async () => host.calls.some((call) => call.verb === "Volume.getInfo"));
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  assert.equal((await getDisk(world.system.db, disk.id)).status, "ok");
});

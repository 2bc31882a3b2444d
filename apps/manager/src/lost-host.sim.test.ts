import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { listEvents } from "./db/queries/events.ts";
import { getHost } from "./db/queries/hosts.ts";
import { getVm } from "./db/queries/vms.ts";
import { OperationRefused } from "./domain/errors.ts";
import { done, hurriedClock, makeInventory, makeVm, managerWorld, until } from "./manager.fixture.ts";
import { deactivateHost } from "./operations/hosts/deactivate-host.ts";
import { removeHost } from "./operations/hosts/remove-host.ts";
import { removeVm } from "./operations/vms/remove-vm.ts";
import { startVm } from "./operations/vms/start-vm.ts";
import { stopVm } from "./operations/vms/stop-vm.ts";

test("a guest whose host is lost is nowhere else, and nothing is done with it, until that host says that it is gone", async () => {
  await using world = await managerWorld(undefined, hurriedClock(8));
  const inventory = await makeInventory(world);
  const { system } = world;
  const { host } = inventory;
  const hostId = host.hostId as HostId;
  const { vm } = await makeVm(world, inventory);
  await done(startVm(system, { vmId: vm.id }));
  const status = async () => (await getVm(system.db, vm.id)).run.status;
  await until("the guest to be up", async () => (await status()) === "up");

  await host.powerOff();
  await until("the guest to be unknown", async () => (await status()) === "unknown");
  assert.equal((await getHost(system.db, hostId)).status, "non_responsive");
  const attempts = [
    () => startVm(system, { vmId: vm.id }),
    () => stopVm(system, { vmId: vm.id }),
    () => removeVm(system, { vmId: vm.id }),
    () => deactivateHost(system, hostId),
    () => removeHost(system, hostId),
  ];
  for (const attempt of attempts) await assert.rejects(attempt, OperationRefused);
  // The Manager starts again, and knows no more than before.
  await world.reopen();
  await assert.rejects(startVm(world.system, { vmId: vm.id }), OperationRefused);
  assert.equal((await getVm(world.system.db, vm.id)).run.status, "unknown");

  await host.powerOn();
  const { db } = world.system;
  await until("the guest to be down", async () => (await getVm(db, vm.id)).run.status === "down");
  await until("the host to be up", async () => (await getHost(db, hostId)).status === "up");
  await until(
    "its storage",
    async () => (await startVm(world.system, { vmId: vm.id }).catch(() => undefined)) !== undefined,
  );
  await until("the guest to be up", async () => (await getVm(db, vm.id)).run.status === "up");
  assert.equal(host.vms.length, 1);
  const codes = (await listEvents(db, {}, 1000)).map(({ code }) => code);
  for (const code of [12, 142, 14, 119]) assert.ok(codes.includes(code), `event ${code} of ${codes.join()}`);
});

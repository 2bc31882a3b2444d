import assert from "node:assert/strict";
import { test } from "node:test";
import { vmExitReasons } from "@yagura/agent-protocol";
import type { StorageErrorBehaviour } from "../../domain/vm/vm-hardware.ts";
import { done } from "../../manager.fixture.ts";
import { idOf, sharedWorld } from "./shared-world.fixture.ts";
import { startVm } from "./start-vm.ts";
import { updateVm } from "./update-vm.ts";

/** A guest with this behaviour that its storage has paused. */
async function pausedGuest(storageErrorBehaviour: StorageErrorBehaviour, pauseCode: "EIO" | "ENOSPC" = "EIO") {
  const shared = await sharedWorld();
  const { world, one, vm, becomes } = shared;
  await updateVm(world.system, { vmId: vm.id, hardware: { storageErrorBehaviour } });
  await done(startVm(world.system, { vmId: vm.id, onlyHosts: [idOf(one)] }));
  await becomes("up");
  one.pauseVmOnError(vm.id, pauseCode);
  world.system.wake("watch-hosts");
  await becomes("paused");
  return shared;
}

test("a VM that its storage has paused says why, and goes on by itself", async () => {
  await using shared = await pausedGuest("auto_resume");
  const { one, run, codes, becomes } = shared;
  assert.equal((await run()).pauseReason, "EIO");
  assert.ok((await codes()).includes(145));
  one.storageReturned({ afterTooLong: true });
  await becomes("up");
  assert.equal((await run()).pauseReason, undefined);
  assert.ok((await codes()).includes(196));
});

test("a VM that lacks space says so, and goes on when it is started by hand", async () => {
  await using shared = await pausedGuest("leave_paused", "ENOSPC");
  const { world, one, vm, run, codes, becomes, creates } = shared;
  assert.equal((await run()).pauseReason, "ENOSPC");
  assert.ok((await codes()).includes(138));
  one.storageReturned({ afterTooLong: true });
  assert.equal(one.vms[0]?.status, "Paused");
  await done(startVm(world.system, { vmId: vm.id }));
  await becomes("up");
  assert.ok((await codes()).includes(40));
  assert.equal(creates(one), 1);
});

test("a VM that was paused for longer than its lease lasts is down, says why, and may be started elsewhere", async () => {
  await using shared = await pausedGuest("kill");
  const { world, one, two, vm, run, codes, becomes, guests } = shared;
  one.storageReturned({ afterTooLong: true });
  assert.equal(one.vms[0]?.exit?.exitReason, vmExitReasons.destroyedOnPauseTimeout);
  await becomes("down");
  assert.match((await run()).stopReason ?? "", /paused for too long/);
  assert.ok((await codes()).includes(119));
  await done(startVm(world.system, { vmId: vm.id, onlyHosts: [idOf(two)] }));
  await becomes("up");
  assert.equal(guests(), 1);
});

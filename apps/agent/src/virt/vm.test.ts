import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type VmId } from "@yagura/std/ids.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { BOOT_TIME_MS_MAX, Vm } from "./vm.ts";
import { vmExit } from "./vm-exit.ts";

function world() {
  const clock = new FakeClock();
  const changes: string[] = [];
  const clocks = { nowMs: () => clock.nowMs(), sinceBootMs: () => clock.monotonicMs() };
  const vm = new Vm({ vmId: newId<VmId>(), name: "vm", xml: "<domain/>" }, clocks, (changed, change) => {
    if (change === "status") changes.push(changed.status);
  });
  return { clock, vm, changes };
}

test("a VM without a guest agent is Up when its time to boot has passed", async () => {
  const { vm, clock } = world();
  vm.become("launched");
  vm.describe({ startedAtMs: clock.nowMs() });
  await clock.advance(BOOT_TIME_MS_MAX - 1);
  vm.settleByTime();
  assert.equal(vm.status, "Powering up");
  await clock.advance(1);
  vm.settleByTime();
  assert.equal(vm.status, "Up");
});

test("an adopted VM that has run for long is Up at once, and boots anew after a reboot", async () => {
  const { vm, clock } = world();
  vm.describe({ startedAtMs: clock.nowMs() - 3_600_000 });
  vm.become("launched");
  vm.settleByTime();
  assert.equal(vm.status, "Up");
  vm.become("rebooted");
  vm.settleByTime();
  assert.equal(vm.status, "Powering up");
});

test("a pause by an I/O error keeps its reason until the VM goes on", () => {
  const { vm } = world();
  vm.become("launched");
  const ioError = { path: "/disk", alias: "ua-1", pauseCode: "ENOSPC" as const };
  vm.become("suspended", { pauseCode: "ENOSPC", ioError });
  assert.deepEqual([vm.view.pauseCode, vm.view.ioError], ["ENOSPC", ioError]);
  vm.becomeResumed();
  assert.deepEqual([vm.status, vm.view.pauseCode, vm.view.ioError], ["Powering up", "NOERR", undefined]);
});

test("each change of status is told once, and the first reason of an end counts", () => {
  const { vm, changes } = world();
  vm.become("launched");
  vm.become("launched");
  vm.become("stopped", { exit: vmExit(0, "userShutdown") });
  vm.become("stopped", { exit: vmExit(1, "lostQemuConnection") });
  assert.deepEqual(changes, ["Powering up", "Down"]);
  assert.equal(vm.view.exit?.reason, "userShutdown");
});

test("samples that arrive out of order are dropped", () => {
  const { vm } = world();
  vm.sampled({ monotonicMs: 2_000, row: { "vcpu.current": 2 } });
  vm.sampled({ monotonicMs: 1_000, row: { "vcpu.current": 1 } });
  assert.equal(vm.view.usage?.vcpuCount, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { planShutdown, shutdownVm } from "./shutdown-vm.ts";

const turns = () => new Promise((resolve) => setImmediate(resolve));

function world(answers: Partial<Hypervisor> = {}) {
  const asked: string[] = [];
  const hypervisor = new ScriptedHypervisor();
  Object.assign(hypervisor, {
    shutdown: async (_vmId: string, by: string) => void asked.push(by),
    destroy: async () => void asked.push("destroy"),
    ...answers,
  });
  const virt = scriptedVirt(hypervisor);
  const { vmId, xml } = disklessGuest();
  const vm = virt.vms.add({ vmId, name: "guest", xml });
  vm.become("launched");
  vm.become("settled");
  return { virt, vm, asked };
}

const ask = { isReboot: false, delaySeconds: 0, timeoutSeconds: 30 };

test("planShutdown goes from the kindest way to the hardest that is allowed", () => {
  assert.deepEqual(planShutdown({ hasAgent: true, isForced: true }), ["guest-agent", "acpi", "force"]);
  assert.deepEqual(planShutdown({ hasAgent: false, isForced: false }), ["acpi"]);
});

test("each way gets its time, then the next is tried, and at last the VM is Up again", async () => {
  const { virt, vm, asked } = world();
  vm.setGuestAgentConnected(true);
  shutdownVm(virt, { ...ask, vmId: vm.id, isForced: false });
  await turns();
  assert.deepEqual([vm.status, asked], ["Powering down", ["guest-agent"]]);
  await virt.clock.advance(30_000);
  await turns();
  assert.deepEqual(asked, ["guest-agent", "acpi"]);
  await virt.clock.advance(30_000);
  await turns();
  assert.equal(vm.status, "Up");
  assert.equal(vm.asked, undefined);
});

test("a guest that obeys is not asked again", async () => {
  const { virt, vm, asked } = world();
  shutdownVm(virt, { ...ask, vmId: vm.id, isForced: true });
  await turns();
  vm.become("stopped");
  await virt.clock.advance(600_000);
  await turns();
  assert.deepEqual(asked, ["acpi"]);
});

test("a way that cannot be tried is passed over", async () => {
  const { virt, vm, asked } = world({ shutdown: () => Promise.reject(new Error("no ACPI")) });
  shutdownVm(virt, { ...ask, vmId: vm.id, isForced: true });
  await turns();
  assert.deepEqual(asked, ["destroy"]);
});

test("a guest that ends during the delay is not asked at all", async () => {
  const { virt, vm, asked } = world();
  shutdownVm(virt, { ...ask, vmId: vm.id, delaySeconds: 60, isForced: true });
  await virt.clock.advance(30_000);
  vm.become("stopped");
  await virt.clock.advance(60_000);
  await turns();
  assert.deepEqual(asked, []);
});

test("force that waits for its turn does not end a guest that has come back meanwhile", async () => {
  const { virt, vm, asked } = world({ shutdown: () => Promise.reject(new Error("no ACPI")) });
  const { promise: busy, resolve: release } = Promise.withResolvers<void>();
  const other = virt.vms.inTurn(vm.id, () => busy);
  shutdownVm(virt, { ...ask, vmId: vm.id, isForced: true });
  await turns();
  vm.become("rebooted");
  release();
  await other;
  await turns();
  assert.deepEqual(asked, []);
});

test("a delay longer than timers can wait for does not end at once", async () => {
  const { virt, vm, asked } = world();
  shutdownVm(virt, { ...ask, vmId: vm.id, delaySeconds: 2 ** 31, isForced: true });
  await virt.clock.advance(24 * 3_600_000 - 1);
  assert.deepEqual(asked, []);
});

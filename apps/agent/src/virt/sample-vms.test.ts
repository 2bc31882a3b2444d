import assert from "node:assert/strict";
import { test } from "node:test";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { VmSampler } from "./sample-vms.ts";
import type { Vm } from "./vm.ts";
import type { StatsRow } from "./vm-usage.ts";

const row: StatsRow = { "cpu.time": 1, "vcpu.current": 1 };

function world(hypervisor: ScriptedHypervisor) {
  const virt = scriptedVirt(hypervisor);
  const missing: Vm[] = [];
  const sampler = new VmSampler({ ...virt, onDoubt: async (vm) => void missing.push(vm) });
  const guest = (): Vm => {
    const { vmId, xml } = disklessGuest();
    const vm = virt.vms.add({ vmId, name: "guest", xml });
    vm.become("launched");
    return vm;
  };
  return { ...virt, sampler, guest, missing };
}

test("one call reads all VMs, and the ones it does not have are looked at", async () => {
  let calls = 0;
  const rows = new Map();
  const { sampler, guest, missing, clock } = world(
    new ScriptedHypervisor({
      async readStats() {
        calls++;
        return rows;
      },
    }),
  );
  const [first, second] = [guest(), guest()];
  rows.set(first.id, row);
  await clock.advance(1);
  await sampler.sample();
  assert.equal(calls, 1);
  assert.equal(first.view.usage?.vcpuCount, 1);
  assert.deepEqual(missing, [second]);
});

test("a VM without new samples for a minute is not responding, and the others are not touched by it", async () => {
  const rows = new Map();
  const { sampler, guest, clock } = world(new ScriptedHypervisor({ readStats: async () => rows }));
  const [busy, healthy] = [guest(), guest()];
  rows.set(busy.id, row).set(healthy.id, row);
  await clock.advance(1);
  await sampler.sample();
  // Of a domain whose monitor is busy libvirt gives a row without CPU times.
  rows.set(busy.id, { "state.state": 1 });
  for (let round = 0; round < 5; round++) {
    await clock.advance(15_000);
    await sampler.sample();
  }
  assert.equal(busy.view.isResponding, false);
  assert.equal(healthy.view.isResponding, true);
  assert.notEqual(busy.status, "Down");
  rows.set(busy.id, row);
  await clock.advance(15_000);
  await sampler.sample();
  assert.equal(busy.view.isResponding, true);
});

test("calls that hang are bounded, and do not stop the rounds", async () => {
  let calls = 0;
  const { sampler, guest } = world(
    new ScriptedHypervisor({
      readStats() {
        calls++;
        return new Promise(() => undefined);
      },
    }),
  );
  guest();
  for (let round = 0; round < 10; round++) void sampler.sample();
  assert.equal(calls, 3);
});

test("while libvirt is away VMs keep their status and are told as not responding", async () => {
  const rows = new Map();
  const { sampler, guest, hypervisor, clock } = world(new ScriptedHypervisor({ readStats: async () => rows }));
  const vm = guest();
  rows.set(vm.id, row);
  await clock.advance(1);
  await sampler.sample();
  hypervisor.isConnected = false;
  await sampler.sample();
  assert.equal(vm.status, "Powering up");
  assert.equal(vm.view.isResponding, false);
});

test("a guest that boots is read anew for each question, at most once a second", async () => {
  let calls = 0;
  const virt = world(
    new ScriptedHypervisor({
      async readStats(vmIds) {
        calls++;
        return new Map((vmIds ?? []).map((vmId) => [vmId, row]));
      },
    }),
  );
  const vm = virt.guest();
  await virt.clock.advance(2_000);
  await virt.sampler.refreshBooting([vm]);
  await virt.sampler.refreshBooting([vm]);
  assert.equal(calls, 1);
  await virt.clock.advance(2_000);
  await virt.sampler.refreshBooting([vm]);
  assert.equal(calls, 2);
  vm.become("settled");
  await virt.clock.advance(2_000);
  await virt.sampler.refreshBooting([vm]);
  assert.equal(calls, 2);
});

test("nobody waits longer than a second for a guest that boots and hangs", async () => {
  const { sampler, guest, clock } = world(new ScriptedHypervisor({ readStats: () => new Promise(() => undefined) }));
  const vm = guest();
  await clock.advance(2_000);
  const waiting = sampler.refreshBooting([vm]);
  await clock.advance(1_000);
  await waiting;
  // The next question does not even ask: the call is still under way.
  await sampler.refreshBooting([vm]);
});

test("a VM whose row says something else than its status is looked at, and so is one that was put aside", async () => {
  const rows = new Map();
  const { sampler, guest, missing, clock } = world(new ScriptedHypervisor({ readStats: async () => rows }));
  const [paused, healthy, aside] = [guest(), guest(), guest()];
  rows.set(paused.id, { ...row, "state.state": 3, "state.reason": 1 });
  for (const vm of [healthy, aside]) rows.set(vm.id, { ...row, "state.state": 1, "state.reason": 1 });
  aside.putAside("its document could not be read");
  await clock.advance(1);
  await sampler.sample();
  assert.deepEqual(missing, [aside, paused]);
});

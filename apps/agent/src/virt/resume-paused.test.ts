import assert from "node:assert/strict";
import { test } from "node:test";
import type { VmId } from "@yagura/std/ids.ts";
import { FakeStorageHealth } from "../testing/fake-storage-health.ts";
import { guestDisk } from "../testing/guest-disks.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { adoptDomain } from "./adopt-domain.ts";
import { PausedVms } from "./resume-paused.ts";
import type { Vm } from "./vm.ts";

const running = { state: 1, reason: 1 };
const stopped = { state: 5, reason: 2 };
const ioError = { state: 3, reason: 5 };

/** Guests that an I/O error has paused, on storage that is broken until the test says otherwise. */
function world() {
  const resumed: VmId[] = [];
  const hypervisor = new ScriptedHypervisor({});
  const become = (vmId: VmId, state: typeof running): void => {
    const domain = hypervisor.domains.get(vmId);
    if (domain !== undefined) domain.state = state;
  };
  Object.assign(hypervisor, {
    resume: async (vmId: VmId) => {
      resumed.push(vmId);
      become(vmId, running);
    },
    destroy: async (vmId: VmId) => become(vmId, stopped),
    readDiskErrors: async () => [{ target: "vda", pauseCode: "EIO" as const }],
  });
  const virt = scriptedVirt(hypervisor);
  const health = new FakeStorageHealth();
  health.isValid = false;
  const paused = new PausedVms(virt, health);
  const { disk, volume } = guestDisk(["/mnt/volume"]);
  async function guest(resumeBehavior?: string): Promise<Vm> {
    const values = { clusterVersion: "4.7", ...(resumeBehavior !== undefined && { resumeBehavior }) };
    const { vmId, xml } = disklessGuest({ drives: [disk], metadata: { values, custom: {}, devices: [] } });
    hypervisor.domains.set(vmId, { xml, name: vmId, state: ioError });
    const vm = virt.vms.add({ vmId, name: vmId, xml });
    await adoptDomain(virt, vm);
    await virt.clock.advance(1000);
    return vm;
  }
  return { virt, hypervisor, health, paused, resumed, guest, become, domainId: volume.domainId };
}

test("a VM goes on when its storage is back, and is asked to once", async () => {
  const { health, paused, resumed, guest } = world();
  const vm = await guest();
  assert.deepEqual([vm.view.pauseCode, vm.view.ioError?.path], ["EIO", "/rhev/placeholder"]);
  await paused.look();
  assert.deepEqual([vm.status, resumed], ["Paused", []]);
  health.isValid = true;
  await Promise.all([paused.look(), paused.look()]);
  assert.deepEqual([vm.status, resumed], ["Powering up", [vm.id]]);
});

test("what the storage was like before the VM was paused does not count", async () => {
  const { health, paused, resumed, guest } = world();
  await guest();
  Object.assign(health, { isValid: true, lookedAgoMs: 1001 });
  await paused.look();
  assert.deepEqual(resumed, []);
});

test("a VM whose vCPUs somebody stopped meanwhile is left alone", async () => {
  const { health, paused, resumed, guest, become } = world();
  const vm = await guest();
  become(vm.id, { state: 3, reason: 1 });
  health.isValid = true;
  await paused.look();
  assert.deepEqual(resumed, []);
});

test("a VM that is paused again at once rests longer before each further try", async () => {
  const { virt, health, paused, resumed, guest, become } = world();
  const vm = await guest();
  health.isValid = true;
  const waits: number[] = [];
  for (let attempt = 0, sinceMs = 0; waits.length < 5 && attempt < 10_000; attempt++) {
    const tries = resumed.length;
    await paused.look();
    if (resumed.length > tries) {
      waits.push(virt.clock.monotonicMs() - sinceMs);
      sinceMs = virt.clock.monotonicMs();
      become(vm.id, ioError);
      vm.become("suspended", { pauseCode: "EIO" });
    }
    await virt.clock.advance(1000);
  }
  assert.deepEqual(waits.slice(1), [5000, 10_000, 20_000, 40_000]);
});

test("a VM that must not outlive its lease is ended, and it is known who wanted it", async () => {
  const { virt, paused, guest, become } = world();
  const vm = await guest("kill");
  await virt.clock.advance(78_000);
  await paused.look();
  assert.equal(vm.status, "Paused");
  await virt.clock.advance(2000);
  await paused.look();
  assert.equal(vm.asked, "pause-timeout");
  await adoptDomain(virt, vm);
  assert.deepEqual([vm.view.exit?.reason, vm.view.exit?.code], ["destroyedOnPauseTimeout", 1]);
  become(vm.id, stopped);
});

test("a VM whose QEMU hangs keeps no other one from going on", async () => {
  const { virt, hypervisor, health, paused, resumed, guest } = world();
  const [stuck, well] = [await guest(), await guest()];
  const resume = hypervisor.resume as (vmId: VmId) => Promise<void>;
  Object.assign(hypervisor, {
    resume: (vmId: VmId) => (vmId === stuck.id ? new Promise(() => undefined) : resume(vmId)),
  });
  health.isValid = true;
  void paused.look();
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  assert.deepEqual([resumed, well.status, stuck.status], [[well.id], "Powering up", "Paused"]);
  assert.equal(virt.vms.list().length, 2);
});

test("the return of a domain is followed at once", async () => {
  const { virt, health, paused, resumed, guest, domainId } = world();
  const vm = await guest();
  const stop = new AbortController();
  const watching = paused.watch(stop.signal);
  health.become(domainId, true);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  assert.deepEqual(resumed, [vm.id]);
  stop.abort();
  await watching;
  health.become(domainId, true);
  assert.equal(virt.vms.list().length, 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml } from "@yagura/domain-xml";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { HypervisorAway } from "../errors.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { adoptDomain } from "./adopt-domain.ts";
import { destroyVm } from "./destroy-vm.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { startVm } from "./start-vm.ts";

const running = { state: 1, reason: 1 };
const shutOff = { state: 5, reason: 0 };
const tooLate = () => Promise.reject(new DeadlineExceeded("a call", 30_000));

/** libvirt in memory that defines, starts and destroys; `answers` replace some of it. */
function world(answers: (guest: { ends(): void; begins(): void }) => Partial<Hypervisor> = () => ({})) {
  const { vmId, xml } = disklessGuest();
  const hypervisor = new ScriptedHypervisor();
  const done: string[] = [];
  const inState = (state: typeof running) => hypervisor.domains.set(vmId, { xml, name: "guest", state });
  Object.assign(hypervisor, {
    async define() {
      done.push("define");
      inState(shutOff);
    },
    async start() {
      done.push("start");
      inState(running);
    },
    async destroy() {
      done.push("destroy");
      inState(shutOff);
    },
    async undefine() {
      done.push("undefine");
      hypervisor.domains.delete(vmId);
    },
    ...answers({ ends: () => inState(shutOff), begins: () => inState(running) }),
  });
  const virt = scriptedVirt(hypervisor);
  const vm = virt.vms.add({ vmId, name: "guest", xml });
  const start = () => startVm(virt, { vm, domain: parseXml(xml), isLaunchedPaused: false });
  return { virt, vm, xml, done, start };
}

test("a VM is defined twice, started, and then is what libvirt says", async () => {
  const { vm, done, start } = world();
  await start();
  assert.deepEqual([vm.status, done], ["Powering up", ["define", "define", "start"]]);
});

test("what libvirt refuses makes the VM Down, and leaves nothing behind", async () => {
  const { vm, done, virt, start } = world(() => ({ start: () => Promise.reject(new Error("no such machine")) }));
  await start();
  assert.deepEqual([vm.status, vm.view.exit?.reason], ["Down", "libvirtStartFailed"]);
  assert.deepEqual(done, ["define", "define", "undefine"]);
  assert.equal(virt.hypervisor.domains.size, 0);
});

const unknown: Record<string, (guest: { begins(): void }) => Partial<Hypervisor>> = {
  "takes longer than it may": ({ begins }) => ({
    start: () => {
      begins();
      return tooLate();
    },
  }),
  "loses libvirt, which is back at once": ({ begins }) => ({
    start: () => {
      begins();
      return Promise.reject(new HypervisorAway());
    },
  }),
  "cannot read what it started": () => ({ getXml: tooLate }),
};
for (const [name, answers] of Object.entries(unknown)) {
  test(`a start that ${name} ends no guest and is not taken for failed`, async () => {
    const { virt, vm, xml, done, start } = world(answers);
    await start();
    assert.equal(vm.status, "WaitForLaunch");
    assert.notEqual(vm.view.asideBecause, undefined);
    assert.equal(done.includes("destroy"), false);
    // Somebody looks again, as the sampler does each period.
    Object.assign(virt.hypervisor, { getXml: async () => xml });
    await adoptDomain(virt, vm);
    assert.deepEqual([vm.status, vm.view.asideBecause], ["Powering up", undefined]);
  });
}

test("when libvirt refuses to start what already runs, the guest is taken over instead of ended", async () => {
  const { vm, done, start } = world(({ begins }) => ({
    start: () => {
      begins();
      return Promise.reject(new Error("domain is already running"));
    },
  }));
  await start();
  assert.deepEqual([vm.status, done], ["Powering up", ["define", "define"]]);
});

test("a domain of ours that the agent did not know is taken over, not started a second time", async () => {
  const { virt, vm, xml, done, start } = world();
  virt.hypervisor.domains.set(vm.id, { xml, name: "guest", state: running });
  await start();
  assert.deepEqual([vm.status, done], ["Powering up", []]);
});

test("somebody else's domain of the same id survives the start of the VM, and its destruction", async () => {
  const { virt, vm, done, start } = world();
  const foreign = `<domain type="kvm"><name>other</name><uuid>${vm.id}</uuid></domain>`;
  virt.hypervisor.domains.set(vm.id, { xml: foreign, name: "other", state: running });
  await start();
  assert.deepEqual([vm.status, vm.view.exit?.reason], ["Down", "libvirtStartFailed"]);
  await destroyVm(virt, vm.id, 1);
  assert.deepEqual([done, virt.hypervisor.domains.size], [[], 1]);
});

test("a silent libvirt at the very beginning ends no guest that may be there", async () => {
  const { vm, done, start } = world(() => ({ findState: tooLate }));
  await start();
  assert.deepEqual([vm.status, done], ["WaitForLaunch", []]);
});

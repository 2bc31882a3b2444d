import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type VmId } from "@yagura/std/ids.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { recoverVms } from "./recover-vms.ts";

const running = { state: 1, reason: 1 };
const shutOff = (reason: number) => ({ state: 5, reason });
const ours = () => disklessGuest();
const withRecord = (xml: string, phase: "placeholder" | "started", inner = "") =>
  xml.replace(
    "</metadata>",
    `<yagura:vm xmlns:yagura="urn:yagura:agent:vm:1" phase="${phase}">${inner}</yagura:vm></metadata>`,
  );

test("recoverVms adopts what runs and leaves the domains of others alone", async () => {
  const virt = scriptedVirt();
  const guest = ours();
  const stranger = newId<VmId>();
  virt.hypervisor.domains.set(guest.vmId, { xml: guest.xml, name: "ours", state: running });
  const foreign = `<domain type="kvm"><name>other</name><uuid>${stranger}</uuid></domain>`;
  virt.hypervisor.domains.set(stranger, { xml: foreign, name: "other", state: running });
  assert.deepEqual(await recoverVms(virt), { adopted: 1, aside: 0, foreign: 1 });
  assert.equal(virt.vms.get(guest.vmId).status, "Powering up");
  assert.equal(virt.vms.find(stranger), undefined);
});

test("a running VM that cannot be understood is put aside and reported, never killed, and taken over later", async () => {
  const guest = ours();
  const virt = scriptedVirt();
  virt.hypervisor.domains.set(guest.vmId, { xml: "<domain", name: "broken", state: running });
  assert.deepEqual(await recoverVms(virt), { adopted: 0, aside: 1, foreign: 0 });
  const vm = virt.vms.get(guest.vmId);
  assert.equal(vm.view.isResponding, false);
  assert.notEqual(vm.view.asideBecause, undefined);
  assert.notEqual(vm.status, "Down");

  virt.hypervisor.domains.set(guest.vmId, { xml: guest.xml, name: "broken", state: running });
  await recoverVms(virt);
  assert.equal(vm.view.asideBecause, undefined);
  assert.equal(vm.view.isResponding, true);
});

test("a domain whose monitor is stuck does not keep the others from being adopted", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [stuck, healthy] = [ours(), ours()];
  const hypervisor = new ScriptedHypervisor({
    getXml: (vmId) => (vmId === stuck.vmId ? new Promise(() => undefined) : Promise.resolve(healthy.xml)),
  });
  const virt = scriptedVirt(hypervisor);
  for (const { vmId, xml } of [stuck, healthy]) hypervisor.domains.set(vmId, { xml, name: vmId, state: running });
  const recovery = recoverVms(virt);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  assert.equal(virt.vms.get(healthy.vmId).status, "Powering up");
  t.mock.timers.tick(10_000);
  assert.deepEqual(await recovery, { adopted: 1, aside: 1, foreign: 0 });
});

test("a placeholder that the agent left behind is Down and says so", async () => {
  const virt = scriptedVirt();
  const guest = ours();
  const xml = withRecord(guest.xml, "placeholder");
  virt.hypervisor.domains.set(guest.vmId, { xml, name: "p", state: shutOff(0) });
  await recoverVms(virt);
  const { status, exit } = virt.vms.get(guest.vmId).view;
  assert.equal(status, "Down");
  assert.match(exit?.message ?? "", /interrupted/);
});

const endings: Record<string, [string, number, string]> = {
  "a guest that shut itself down": ["", 1, "userShutdown"],
  "a guest that was asked to": ["<yagura:asked>shutdown</yagura:asked>", 1, "adminShutdown"],
  "a QEMU that was killed": ["", 6, "lostQemuConnection"],
  "an end that was written down": ['<yagura:exit code="0" reason="hostShutdown">x</yagura:exit>', 0, "hostShutdown"],
};
for (const [name, [inner, reason, expected]] of Object.entries(endings)) {
  test(`recoverVms explains ${name} while no agent ran`, async () => {
    const virt = scriptedVirt();
    const guest = ours();
    const xml = withRecord(guest.xml, "started", inner);
    virt.hypervisor.domains.set(guest.vmId, { xml, name: "ended", state: shutOff(reason) });
    await recoverVms(virt);
    assert.equal(virt.vms.get(guest.vmId).view.exit?.reason, expected);
  });
}

test("a VM that vanished from libvirt is Down with the reason that its domain is missing", async () => {
  const virt = scriptedVirt();
  const guest = ours();
  virt.hypervisor.domains.set(guest.vmId, { xml: guest.xml, name: "g", state: running });
  await recoverVms(virt);
  virt.hypervisor.domains.clear();
  await recoverVms(virt);
  assert.equal(virt.vms.get(guest.vmId).view.exit?.reason, "libvirtDomainMissing");
});

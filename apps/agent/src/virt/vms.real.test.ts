import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { VmExists } from "../errors.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "../testing/real-libvirt.ts";
import { disklessGuest, openRealVirt, type RealVirt } from "../testing/real-virt.ts";
import { createVm } from "./create-vm.ts";
import { destroyVm } from "./destroy-vm.ts";
import { continueVm, pauseVm, resetVm, takeScreenshot } from "./operate-vm.ts";
import { setTicket } from "./set-ticket.ts";
import { shutdownVm } from "./shutdown-vm.ts";
import type { Vm } from "./vm.ts";
import type { VmStatus } from "./vm-status.ts";

const skip = (await whyNoRealLibvirt()) ?? false;
let libvirt: RealLibvirt;

before(async () => {
  if (skip === false) libvirt = await startRealLibvirt();
});
after(async () => {
  await libvirt?.[Symbol.asyncDispose]();
});

async function becomes(vm: Vm, wanted: VmStatus): Promise<void> {
  await poll(`the VM to become ${wanted}`, () => [wanted, "Down"].includes(vm.status), { timeoutMs: 60_000 });
  assert.equal(vm.status, wanted, vm.view.exit?.message);
}

function start({ context }: RealVirt, options: { isLaunchedPaused?: boolean } = {}): Vm {
  return createVm(context, { ...disklessGuest(), isLaunchedPaused: options.isLaunchedPaused ?? false });
}

test("a VM is started, paused, continued, reset, pictured and destroyed through libvirt", { skip }, async () => {
  await using virt = await openRealVirt(libvirt);
  const { context } = virt;
  const vm = start(virt);
  assert.equal(vm.status, "WaitForLaunch");
  assert.throws(() => createVm(context, { vmId: vm.id, xml: vm.view.xml, isLaunchedPaused: false }), VmExists);
  await becomes(vm, "Powering up");
  assert.equal(vm.view.domain?.domainType, "qemu");
  assert.equal(vm.view.domain?.nics[0]?.type, "user");
  assert.equal(vm.view.domain?.graphics[0]?.address, "127.0.0.1");
  assert.notEqual(vm.view.domain?.graphics[0]?.port, undefined);

  await pauseVm(context, vm.id);
  assert.equal(vm.status, "Paused");
  await continueVm(context, vm.id);
  assert.equal(vm.status, "Powering up");
  await resetVm(context, vm.id);
  const picture = await takeScreenshot(context, vm.id);
  assert.ok(picture.bytes.length > 1000);
  await setTicket(context, vm.id, { type: "vnc", password: "letmein", ttlSeconds: 60 });

  const rows = await virt.hypervisor.readStats();
  assert.notEqual(rows.get(vm.id)?.["cpu.time"], undefined);

  await destroyVm(context, vm.id, 1);
  assert.equal(vm.status, "Down");
  assert.equal(vm.view.exit?.reason, "adminShutdown");
  assert.equal(context.vms.find(vm.id), undefined);
  assert.deepEqual(await virt.hypervisor.listDomains(), []);
});

test("what goes wrong at the start shows as Down with a reason, until the VM is destroyed", { skip }, async () => {
  await using virt = await openRealVirt(libvirt);
  const guest = disklessGuest({ machine: "pc-q35-0.1" });
  const vm = createVm(virt.context, { ...guest, isLaunchedPaused: false });
  await becomes(vm, "Down");
  assert.equal(vm.view.exit?.reason, "libvirtStartFailed");
  assert.match(vm.view.exit?.message ?? "", /pc-q35-0.1/);
  assert.deepEqual(await virt.hypervisor.listDomains(), []);
  await destroyVm(virt.context, vm.id, 0);
});

test("a new agent adopts what runs, and knows a VM that ended while no agent looked", { skip }, async () => {
  const [running, ended] = await (async () => {
    await using before = await openRealVirt(libvirt);
    const vms = [start(before, { isLaunchedPaused: true }), start(before, { isLaunchedPaused: true })] as const;
    for (const vm of vms) await becomes(vm, "Paused");
    return vms;
  })();
  // Somebody ends one of them behind our back.
  await using between = await openRealVirt(libvirt);
  await between.hypervisor.destroy(ended.id, { isGraceful: false });

  await using virt = await openRealVirt(libvirt);
  const adopted = virt.context.vms.get(running.id);
  assert.equal(adopted.status, "Paused");
  assert.equal(adopted.view.startedAtMs, running.view.startedAtMs);
  const gone = virt.context.vms.get(ended.id);
  assert.equal(gone.status, "Down");
  assert.equal(gone.view.exit?.code, 1);
  await destroyVm(virt.context, running.id, 1);
  await destroyVm(virt.context, ended.id, 1);
});

test("kill -9 of libvirtd touches no guest; the agent comes back and follows events again", { skip }, async () => {
  await using virt = await openRealVirt(libvirt);
  const vm = start(virt, { isLaunchedPaused: true });
  await becomes(vm, "Paused");
  await libvirt.kill();
  await poll("the loss to be noticed", () => !virt.hypervisor.isConnected, { timeoutMs: 10_000 });
  assert.equal(vm.status, "Paused");
  assert.equal(vm.view.isResponding, false);

  await libvirt.start();
  await poll("the agent to recover", () => virt.recoveries() >= 2, { timeoutMs: 15_000 });
  assert.equal(vm.status, "Paused");
  assert.equal(vm.view.isResponding, true);
  // An event of the new daemon: the domain is ended by somebody else.
  await virt.hypervisor.destroy(vm.id, { isGraceful: false });
  await becomes(vm, "Down");
  await destroyVm(virt.context, vm.id, 0);
});

test("a guest that ignores the power button is Up again, and by force it ends", { skip }, async () => {
  await using virt = await openRealVirt(libvirt);
  const vm = start(virt);
  await becomes(vm, "Powering up");
  const ask = { vmId: vm.id, isReboot: false, delaySeconds: 0, timeoutSeconds: 1 };
  shutdownVm(virt.context, { ...ask, isForced: false });
  assert.equal(vm.status, "Powering down");
  await becomes(vm, "Up");
  shutdownVm(virt.context, { ...ask, isForced: true });
  await becomes(vm, "Down");
  assert.equal(vm.view.exit?.reason, "adminShutdown");
  await destroyVm(virt.context, vm.id, 0);
});

const hasUefi = await access("/usr/share/qemu/firmware").then(
  () => true,
  () => false,
);

test("a UEFI guest has its variables by its id, and keeps them when it is destroyed", {
  skip: skip || (!hasUefi && "UEFI firmware for QEMU is missing (package ovmf)"),
}, async () => {
  await using virt = await openRealVirt(libvirt);
  const guest = disklessGuest({ firmware: { kind: "uefi", secureBoot: false } });
  const vm = createVm(virt.context, { ...guest, isLaunchedPaused: true });
  await becomes(vm, "Paused");
  assert.match(vm.view.xml, new RegExp(join(virt.context.nvramDirectory, `${vm.id}.fd`)));
  // This daemon sees its own /var/lib/libvirt.
  const path = join(libvirt.directory, "libvirt/lib/qemu/nvram", `${vm.id}.fd`);
  await access(path);
  await destroyVm(virt.context, vm.id, 0);
  await access(path);
});

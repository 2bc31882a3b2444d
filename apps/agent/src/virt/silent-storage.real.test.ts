import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { type FailingFile, mountFailingFile, whyNoFailingFile } from "../testing/failing-file.ts";
import { type GuestDisk, guestDisk, imagesOfDisks, makeWritingDisk } from "../testing/guest-disks.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "../testing/real-libvirt.ts";
import { disklessGuest, openRealVirt, type RealVirt } from "../testing/real-virt.ts";
import { createVm } from "./create-vm.ts";
import { destroyVm } from "./destroy-vm.ts";
import type { Vm } from "./vm.ts";

const skip = (await whyNoRealLibvirt()) ?? (await whyNoFailingFile()) ?? false;
let libvirt: RealLibvirt;

before(async () => {
  if (skip === false) libvirt = await startRealLibvirt();
});
after(async () => {
  await libvirt?.[Symbol.asyncDispose]();
});

async function failingDisk(name: string): Promise<{ file: FailingFile; disk: GuestDisk; backing: string }> {
  const [directory, backing] = [join(libvirt.directory, name), join(libvirt.directory, `${name}.backing`)];
  await mkdir(directory);
  await makeWritingDisk(backing);
  const file = await mountFailingFile(directory, backing, await libvirt.pid());
  return { file, disk: guestDisk([file.path]), backing };
}

async function launch({ context }: RealVirt, disk: GuestDisk): Promise<Vm> {
  const vm = createVm(context, { ...disklessGuest({ drives: [disk.disk] }), isLaunchedPaused: false });
  await poll("the VM to be launched", () => vm.status !== "WaitForLaunch", { timeoutMs: 60_000 });
  assert.equal(vm.status, "Powering up", vm.view.exit?.message);
  return vm;
}

test("a guest whose storage is silent keeps neither the statistics of others nor a new agent from them", {
  skip,
}, async () => {
  const [silent, healthy] = [await failingDisk("silent"), await failingDisk("healthy")];
  await using _one = silent.file;
  await using _other = healthy.file;
  const images = imagesOfDisks(silent.disk, healthy.disk);
  const [stuckId, wellId] = await (async () => {
    await using virt = await openRealVirt(libvirt, { images });
    const [stuck, well] = [await launch(virt, silent.disk), await launch(virt, healthy.disk)];
    await poll("the guest to write", async () => (await stat(healthy.backing)).blocks > 8, { timeoutMs: 30_000 });
    silent.file.become("silent");
    // The first call may hang with that guest; libvirt leaves it out of those that follow.
    const rows = [virt.hypervisor.readStats(), virt.context.clock.sleep(1000).then(() => virt.hypervisor.readStats())];
    const row = await Promise.any(rows.map(async (each) => (await each).get(well.id)));
    assert.ok(Number(row?.["block.0.physical"]) > 4096);
    for (const each of rows) each.catch(() => undefined);
    return [stuck.id, well.id];
  })();

  await using virt = await openRealVirt(libvirt, { images });
  const { vms } = virt.context;
  assert.equal(vms.get(wellId).status, "Powering up");
  assert.notEqual(vms.find(stuckId), undefined);
  assert.notEqual(vms.get(stuckId).status, "Down");
  silent.file.become("well");
  await poll("the guest to be managed", () => vms.get(stuckId).view.isResponding, { timeoutMs: 60_000 });
  for (const vmId of [stuckId, wellId]) await destroyVm(virt.context, vmId, 0);
});

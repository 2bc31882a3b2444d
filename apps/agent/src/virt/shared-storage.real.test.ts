import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { VmExists } from "../errors.ts";
import {
  asOnSharedStorage,
  type GuestDisk,
  guestDisk,
  imagesOfDisks,
  makeOverlay,
  makeWritingDisk,
} from "../testing/guest-disks.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "../testing/real-libvirt.ts";
import { disklessGuest, openRealVirt, type RealVirt } from "../testing/real-virt.ts";
import { createVm } from "./create-vm.ts";
import { destroyVm } from "./destroy-vm.ts";
import { BadDiskSize, extendDisk, NoSuchDisk } from "./extend-disk.ts";
import type { Vm } from "./vm.ts";

const skip = (await whyNoRealLibvirt()) ?? false;
let libvirt: RealLibvirt;

before(async () => {
  if (skip === false) libvirt = await startRealLibvirt();
});
after(async () => {
  await libvirt?.[Symbol.asyncDispose]();
});

async function sharedDirectory(name: string): Promise<string> {
  const directory = join(libvirt.directory, name);
  await mkdir(directory);
  await asOnSharedStorage(directory, 0o755);
  return directory;
}

async function makeDisk(directory: string, format: "raw" | "qcow2"): Promise<GuestDisk> {
  const raw = join(directory, "volume");
  await makeWritingDisk(raw);
  await asOnSharedStorage(raw);
  if (format === "raw") return guestDisk([raw]);
  const overlay = await makeOverlay(directory, raw);
  await asOnSharedStorage(overlay);
  return guestDisk([overlay, raw], { format });
}

function start({ context }: RealVirt, { disk }: GuestDisk): Vm {
  return createVm(context, { ...disklessGuest({ drives: [disk] }), isLaunchedPaused: false });
}

async function launched(vm: Vm): Promise<void> {
  await poll("the VM to be launched", () => vm.status !== "WaitForLaunch", { timeoutMs: 60_000 });
}

async function written(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  await poll("the guest to write", async () => (await stat(path)).mtimeMs > mtimeMs, { timeoutMs: 30_000 });
}

const ownership = async (path: string) => {
  const { uid, gid, mode } = await stat(path);
  return `${uid}:${gid} ${(mode & 0o777).toString(8)}`;
};

for (const format of ["raw", "qcow2"] as const) {
  test(`QEMU, which is not root, writes to a ${format} disk of 36:36, whose owner nobody changes`, {
    skip,
  }, async () => {
    const directory = await sharedDirectory(`own-${format}`);
    const disk = await makeDisk(directory, format);
    await using virt = await openRealVirt(libvirt, { images: imagesOfDisks(disk) });
    const vm = start(virt, disk);
    await launched(vm);
    assert.equal(vm.status, "Powering up", vm.view.exit?.message);
    await written(disk.prepared.path);
    for (const path of disk.prepared.chainPaths) assert.equal(await ownership(path), "36:36 660");
    await destroyVm(virt.context, vm.id, 0);
    for (const path of disk.prepared.chainPaths) assert.equal(await ownership(path), "36:36 660");
  });
}

test("without the group of the storage QEMU cannot open such a disk", { skip }, async () => {
  const disk = await makeDisk(await sharedDirectory("stranger"), "raw");
  await using virt = await openRealVirt(libvirt, { images: imagesOfDisks(disk) });
  // As if QEMU were in the group already: then it is given no label of its own.
  const member = { uid: 64055, gid: 36, groups: [] };
  const context = { ...virt.context, readQemuUser: async () => member };
  const vm = createVm(context, { ...disklessGuest({ drives: [disk.disk] }), isLaunchedPaused: true });
  await launched(vm);
  assert.equal(vm.status, "Down");
  assert.match(vm.view.exit?.message ?? "", /Permission denied/);
  await destroyVm(virt.context, vm.id, 0);
});

for (const format of ["raw", "qcow2"] as const) {
  test(`a ${format} disk is extended below its running guest, and its record is told`, { skip }, async () => {
    const disk = await makeDisk(await sharedDirectory(`extend-${format}`), format);
    const images = imagesOfDisks(disk);
    await using virt = await openRealVirt(libvirt, { images });
    const vm = start(virt, disk);
    await launched(vm);
    const extend = (capacityBytes: number) => extendDisk(virt.context, { vmId: vm.id, ...disk.volume, capacityBytes });
    assert.equal(await extend(8 * MiB), 8 * MiB);
    assert.deepEqual([...images.capacities], [[disk.volume.volumeId, 8 * MiB]]);
    // Asked for a second time, as after a lost answer.
    images.capacities.clear();
    assert.equal(await extend(8 * MiB), 8 * MiB);
    assert.equal(images.capacities.get(disk.volume.volumeId), 8 * MiB);
    await assert.rejects(extend(4 * MiB), BadDiskSize);
    await assert.rejects(extend(8 * MiB + 1), BadDiskSize);
    const other = { ...disk.volume, vmId: vm.id, imageId: disk.volume.volumeId as never, capacityBytes: MiB };
    await assert.rejects(extendDisk(virt.context, other), NoSuchDisk);
    await destroyVm(virt.context, vm.id, 0);
  });
}

test("a guest that runs on one host cannot be started on another one: QEMU has its disk locked", { skip }, async () => {
  for (const format of ["raw", "qcow2"] as const) {
    const disk = await makeDisk(await sharedDirectory(`twice-${format}`), format);
    await using otherLibvirt = await startRealLibvirt();
    await using here = await openRealVirt(libvirt, { images: imagesOfDisks(disk) });
    await using there = await openRealVirt(otherLibvirt, { images: imagesOfDisks(disk) });
    const guest = { ...disklessGuest({ drives: [disk.disk] }), isLaunchedPaused: false };
    const first = createVm(here.context, guest);
    await launched(first);
    assert.equal(first.status, "Powering up", first.view.exit?.message);
    assert.throws(() => createVm(here.context, guest), VmExists);

    const second = createVm(there.context, guest);
    await launched(second);
    assert.equal(second.status, "Down");
    assert.match(second.view.exit?.message ?? "", /is in use by another host/);
    await written(disk.prepared.path);

    // It has ended on the first: now it may.
    await destroyVm(there.context, second.id, 0);
    await destroyVm(here.context, first.id, 0);
    const third = createVm(there.context, guest);
    await launched(third);
    assert.equal(third.status, "Powering up", third.view.exit?.message);
    await destroyVm(there.context, third.id, 0);
  }
});

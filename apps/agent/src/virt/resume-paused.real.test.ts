import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { type FailingFile, mountFailingFile, whyNoFailingFile } from "../testing/failing-file.ts";
import { FakeStorageHealth } from "../testing/fake-storage-health.ts";
import { type GuestDisk, guestDisk, imagesOfDisks, makeWritingDisk } from "../testing/guest-disks.ts";
import { type RealLibvirt, startRealLibvirt, whyNoRealLibvirt } from "../testing/real-libvirt.ts";
import { disklessGuest, openRealVirt, type RealVirt } from "../testing/real-virt.ts";
import { createVm } from "./create-vm.ts";
import type { ResumeBehaviour } from "./decide-resume.ts";
import { destroyVm } from "./destroy-vm.ts";
import { continueVm } from "./operate-vm.ts";
import type { Vm } from "./vm.ts";

const skip = (await whyNoRealLibvirt()) ?? (await whyNoFailingFile()) ?? false;
let libvirt: RealLibvirt;

before(async () => {
  if (skip === false) libvirt = await startRealLibvirt();
});
after(async () => {
  await libvirt?.[Symbol.asyncDispose]();
});

interface World extends AsyncDisposable {
  readonly file: FailingFile;
  readonly disk: GuestDisk;
  readonly backing: string;
  readonly health: FakeStorageHealth;
  /** An agent; the one before must have ended. */
  agent(): Promise<RealVirt>;
}

/** A disk that can be made to fail, with storage that is broken until the test says that it is not. */
async function world(name: string): Promise<World> {
  const [directory, backing] = [join(libvirt.directory, name), join(libvirt.directory, `${name}.backing`)];
  await mkdir(directory);
  await makeWritingDisk(backing);
  const file = await mountFailingFile(directory, backing, await libvirt.pid());
  const disk = guestDisk([file.path]);
  const health = new FakeStorageHealth();
  health.isValid = false;
  return {
    file,
    disk,
    backing,
    health,
    agent: () => openRealVirt(libvirt, { images: imagesOfDisks(disk), storageHealth: health }),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function start({ context }: RealVirt, { disk, backing }: World, resumeBehavior: ResumeBehaviour): Promise<Vm> {
  const metadata = { values: { clusterVersion: "4.7", resumeBehavior }, custom: {}, devices: [] };
  const vm = createVm(context, { ...disklessGuest({ drives: [disk.disk], metadata }), isLaunchedPaused: false });
  await poll("the VM to be launched", () => vm.status !== "WaitForLaunch", { timeoutMs: 60_000 });
  assert.equal(vm.status, "Powering up", vm.view.exit?.message);
  await written(backing);
  return vm;
}

async function written(path: string): Promise<void> {
  const { mtimeMs } = await stat(path);
  await poll("the guest to write", async () => (await stat(path)).mtimeMs > mtimeMs, { timeoutMs: 30_000 });
}

async function pauses(vm: Vm, pauseCode: string): Promise<void> {
  await poll("the VM to be paused", () => vm.status === "Paused", { timeoutMs: 20_000 });
  await poll(`the pause code ${pauseCode}`, () => vm.view.pauseCode === pauseCode, { timeoutMs: 5_000 });
}

const runs = (vm: Vm) =>
  poll("the VM to run", () => vm.status === "Powering up" || vm.status === "Up", { timeoutMs: 20_000 });

/** Long enough for a look to have happened that should change nothing. */
const aLookLater = (virt: RealVirt) => virt.context.clock.sleep(6_000);

test("an I/O error pauses a VM, and the return of its storage lets it go on where it was", { skip }, async () => {
  await using here = await world("eio");
  await using virt = await here.agent();
  const vm = await start(virt, here, "auto_resume");
  here.file.become("EIO");
  await pauses(vm, "EIO");
  const { ioError, domain } = vm.view;
  assert.deepEqual([ioError?.alias, ioError?.path], [domain?.disks[0]?.alias, here.file.path]);

  // Somebody continues it by hand, too early: it stops again, and is never taken for running.
  await continueVm(virt.context, vm.id).catch(() => undefined);
  await pauses(vm, "EIO");

  here.file.become("well");
  here.health.become(here.disk.volume.domainId, true);
  await runs(vm);
  await written(here.backing);
  assert.equal(vm.view.ioError, undefined);
  await destroyVm(virt.context, vm.id, 0);
});

test("a full disk pauses a VM, and it goes on when there is space", { skip }, async () => {
  await using here = await world("enospc");
  await using virt = await here.agent();
  here.health.isValid = true;
  here.health.freeBytes = 0;
  const vm = await start(virt, here, "auto_resume");
  here.file.become("ENOSPC");
  await pauses(vm, "ENOSPC");
  await aLookLater(virt);
  assert.equal(vm.status, "Paused");
  here.file.become("well");
  here.health.freeBytes = 1e9;
  await runs(vm);
  await written(here.backing);
  await destroyVm(virt.context, vm.id, 0);
});

test("a VM that is to be left paused is left so, until somebody continues it by hand", { skip }, async () => {
  await using here = await world("leave");
  await using virt = await here.agent();
  const vm = await start(virt, here, "leave_paused");
  here.file.become("EIO");
  await pauses(vm, "EIO");
  here.file.become("well");
  here.health.become(here.disk.volume.domainId, true);
  await aLookLater(virt);
  assert.equal(vm.status, "Paused");
  await continueVm(virt.context, vm.id);
  await runs(vm);
  await written(here.backing);
  await destroyVm(virt.context, vm.id, 0);
});

test("a VM that must not outlive its lease is ended when it was paused for too long, and says why", {
  skip,
}, async () => {
  await using here = await world("kill");
  await using virt = await here.agent();
  here.health.ioTimeoutMs = 200;
  const vm = await start(virt, here, "kill");
  here.file.become("EIO");
  await pauses(vm, "EIO");
  await poll("the VM to end", () => vm.status === "Down", { timeoutMs: 20_000 });
  assert.deepEqual([vm.view.exit?.reason, vm.view.exit?.code], ["destroyedOnPauseTimeout", 1]);
  await destroyVm(virt.context, vm.id, 0);
});

test("an agent that starts anew knows why and since when a VM is paused, and resumes it", { skip }, async () => {
  await using here = await world("restart");
  const [vmId, before] = await (async () => {
    await using virt = await here.agent();
    const vm = await start(virt, here, "auto_resume");
    here.file.become("EIO");
    await pauses(vm, "EIO");
    await virt.context.vms.idle();
    return [vm.id, vm.view] as const;
  })();
  await using virt = await here.agent();
  const vm = virt.context.vms.get(vmId);
  assert.equal(vm.status, "Paused");
  const { pauseCode, ioError, ioPausedAtMs } = vm.view;
  assert.equal(pauseCode, "EIO");
  assert.deepEqual([ioError?.alias, ioError?.path], [before.ioError?.alias, before.ioError?.path]);
  assert.equal(Math.round(ioPausedAtMs ?? 0), Math.round(before.ioPausedAtMs ?? -1));
  here.file.become("well");
  here.health.isValid = true; // Nobody announces it.
  await runs(vm);
  await written(here.backing);
  await destroyVm(virt.context, vm.id, 0);
});

test("a VM that ran out of space while no agent looked is found so", { skip }, async () => {
  await using here = await world("unseen");
  const vmId = await (async () => {
    await using virt = await here.agent();
    return (await start(virt, here, "leave_paused")).id;
  })();
  here.file.become("ENOSPC");
  await here.agent().then((virt) => virt[Symbol.asyncDispose]());
  await using virt = await here.agent();
  const vm = virt.context.vms.get(vmId);
  await pauses(vm, "ENOSPC");
  assert.equal(vm.view.ioError?.path, here.file.path);
  await destroyVm(virt.context, vm.id, 0);
});

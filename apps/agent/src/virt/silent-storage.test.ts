import assert from "node:assert/strict";
import { test } from "node:test";
import type { VolumeReference } from "@yagura/domain-xml";
import { newId } from "@yagura/std/ids.ts";
import { guestDisk } from "../testing/guest-disks.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { createVm } from "./create-vm.ts";
import { destroyVm } from "./destroy-vm.ts";
import { recoverVms } from "./recover-vms.ts";
import type { PreparedDisk } from "./virt-context.ts";

const { disk, prepared, volume } = guestDisk(["/mnt/silent/volume"]);

test("a VM whose storage is silent can be destroyed at once, and what becomes ready later is let go of", async () => {
  const hypervisor = new ScriptedHypervisor();
  Object.assign(hypervisor, { define: async () => undefined, undefine: async () => undefined });
  const virt = scriptedVirt(hypervisor);
  const { promise, resolve } = Promise.withResolvers<PreparedDisk>();
  const [asked, tornDown] = [Promise.withResolvers<void>(), Promise.withResolvers<VolumeReference>()];
  Object.assign(virt.images, {
    prepare: () => {
      asked.resolve();
      return promise;
    },
    teardown: async () => undefined,
  });
  const vm = createVm(virt, { ...disklessGuest({ drives: [disk] }), isLaunchedPaused: false });
  await asked.promise;
  await destroyVm(virt, vm.id, 0);
  assert.equal(virt.vms.find(vm.id), undefined);
  assert.equal(vm.view.exit?.reason, "destroyedOnStartup");
  Object.assign(virt.images, { teardown: async (gone: VolumeReference) => tornDown.resolve(gone) });
  resolve(prepared);
  assert.equal((await tornDown.promise).volumeId, volume.volumeId);
});

test("an agent that starts anew adopts guests without asking their storage for anything", async () => {
  const virt = scriptedVirt();
  const never = (): Promise<never> => assert.fail("the storage was asked");
  Object.assign(virt.images, { prepare: never, teardown: never, setCapacity: never });
  for (const state of [
    { state: 1, reason: 1 },
    { state: 3, reason: 5 },
  ]) {
    const { vmId, xml } = disklessGuest({ vmId: newId(), drives: [disk] });
    virt.hypervisor.domains.set(vmId, { xml, name: "guest", state });
  }
  assert.deepEqual(await recoverVms(virt), { adopted: 2, aside: 0, foreign: 0 });
  assert.deepEqual(
    virt.vms
      .list()
      .map(({ status }) => status)
      .toSorted(),
    ["Paused", "Powering up"],
  );
});

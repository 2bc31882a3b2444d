import assert from "node:assert/strict";
import { test } from "node:test";
import { disklessGuest } from "../testing/real-virt.ts";
import { ScriptedHypervisor } from "../testing/scripted-hypervisor.ts";
import { scriptedVirt } from "../testing/scripted-virt.ts";
import { adoptDomain } from "./adopt-domain.ts";
import { followDomain } from "./follow-domain.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { vmExit } from "./vm-exit.ts";

const running = { state: 1, reason: 1 };

function world(answers: Partial<Hypervisor> = {}) {
  const { vmId, xml } = disklessGuest();
  const virt = scriptedVirt(new ScriptedHypervisor(answers));
  const is = (state: typeof running) => virt.hypervisor.domains.set(vmId, { xml, name: "guest", state });
  const vm = virt.vms.add({ vmId, name: "guest", xml });
  return { virt, vm, is };
}

test("a VM that was Down and runs, because somebody else started it, is not told as Down", async () => {
  const { virt, vm, is } = world();
  vm.become("launched");
  vm.become("stopped", { exit: vmExit(0, "userShutdown") });
  is(running);
  // libvirt's own service for guests does so when a host boots, and administrators do.
  followDomain(virt, { kind: "lifecycle", vmId: vm.id, event: 2, detail: 0 }, { onGuestAgent: () => undefined });
  await virt.vms.idle();
  assert.deepEqual([vm.status, vm.view.exit, vm.asked], ["Powering up", undefined, undefined]);
});

test("an end that is told while the VM is being looked at is not overruled by the older answer", async () => {
  const { virt, vm, is } = world({
    getXml: async () => {
      is({ state: 5, reason: 1 });
      vm.become("stopped", { exit: vmExit(0, "userShutdown") });
      return disklessGuest().xml;
    },
  });
  vm.become("launched");
  is(running);
  await adoptDomain(virt, vm);
  assert.deepEqual([vm.status, vm.view.exit?.reason], ["Down", "userShutdown"]);
});

test("a guest that panicked and is kept has its disks, and so is Paused, not Down", async () => {
  const { virt, vm, is } = world();
  vm.become("launched");
  is({ state: 6, reason: 1 });
  await adoptDomain(virt, vm);
  assert.equal(vm.status, "Paused");
});

test("why a VM was paused by an I/O error is not forgotten when libvirt comes back", async () => {
  const { virt, vm, is } = world();
  vm.become("launched");
  vm.become("suspended", { pauseCode: "ENOSPC" });
  is({ state: 3, reason: 5 });
  await adoptDomain(virt, vm);
  assert.equal(vm.view.pauseCode, "ENOSPC");
});

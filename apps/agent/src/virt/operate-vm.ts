import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import { CannotOperateVm, CannotResetVm, HypervisorAway, VmIsDown } from "../errors.ts";
import type { Picture } from "./hypervisor.ts";
import { resumeDomain } from "./resume-domain.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { hasProcess } from "./vm-status.ts";

/** Stops the vCPUs. Of a paused VM it is nothing. */
export function pauseVm(context: VirtContext, vmId: VmId): Promise<Vm> {
  return operate(context, vmId, async (vm) => {
    if (vm.status === "Paused") return;
    await context.hypervisor.suspend(vmId);
    vm.become("suspended", { pauseCode: "NOERR" });
  });
}

/** Lets the vCPUs of a paused VM turn again. Of one that runs it is nothing. */
export function continueVm(context: VirtContext, vmId: VmId): Promise<Vm> {
  return operate(context, vmId, async (vm) => {
    if (vm.status !== "Paused") return;
    await resumeDomain(context, vm);
  });
}

/** Pulls the reset line: the guest starts again without being asked. */
export async function resetVm(context: VirtContext, vmId: VmId): Promise<void> {
  await operate(context, vmId, async (vm) => {
    try {
      await context.hypervisor.reset(vmId);
    } catch (cause) {
      if (cause instanceof HypervisorAway) throw cause;
      throw new CannotResetVm(`cannot reset the VM ${vmId}`, { cause });
    }
    vm.forgetGuest();
    vm.become("rebooted");
  });
}

/** A picture of the VM's first screen. */
export async function takeScreenshot(context: VirtContext, vmId: VmId): Promise<Picture> {
  const vm = runningVm(context, vmId);
  return await wrapped(vm, () => context.hypervisor.takeScreenshot(vmId));
}

/** @throws NoSuchVm, VmIsDown */
export function runningVm({ vms }: VirtContext, vmId: VmId): Vm {
  const vm = vms.get(vmId);
  if (!hasProcess(vm.status)) throw new VmIsDown(vmId);
  return vm;
}

function operate(context: VirtContext, vmId: VmId, operation: (vm: Vm) => Promise<void>): Promise<Vm> {
  context.vms.get(vmId);
  return context.vms.inTurn(vmId, async () => {
    // It may have ended while this waited for its turn.
    const vm = runningVm(context, vmId);
    await wrapped(vm, () => operation(vm));
    return vm;
  });
}

async function wrapped<T>(vm: Vm, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof HypervisorAway || cause instanceof CannotResetVm) throw cause;
    throw new CannotOperateVm(`libvirt refused for the VM ${vm.id}: ${describeError(cause)}`, { cause });
  }
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import { CannotDestroyVm, NoSuchVm } from "../errors.ts";
import { readDomainState } from "./domain-events.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { vmExit } from "./vm-exit.ts";

/**
 * Ends a VM at once and forgets it; of one that is Down only what is left of it. May be repeated.
 * @param gracefulAttempts how often QEMU is asked to write its caches before it is killed.
 * @throws NoSuchVm, CannotDestroyVm
 */
export async function destroyVm(context: VirtContext, vmId: VmId, gracefulAttempts: number): Promise<void> {
  const { vms, log } = context;
  const vm = vms.get(vmId);
  vm.asked = "destroy";
  // Whoever is still preparing its disks stops, and this runs next.
  vm.startAbort.abort(new Error("the VM is to be destroyed"));
  await vms.inTurn(vmId, async () => {
    // It may have been destroyed by the same call before.
    if (vms.find(vmId) !== vm) throw new NoSuchVm(vmId);
    log.info("destroying a VM", { vmId, vmName: vm.name });
    try {
      await ensureStopped(context, vmId, Math.min(gracefulAttempts, 5));
      await ensureGone(context, vmId);
      await teardownDisks(context, vm);
    } catch (cause) {
      throw new CannotDestroyVm(`Failed to destroy VM ${vmId}: ${describeError(cause)}`, { cause });
    }
    vm.become("stopped", { exit: vmExit(0, "adminShutdown") });
    vms.forget(vmId);
  });
}

async function ensureStopped({ hypervisor, log }: VirtContext, vmId: VmId, gracefulAttempts: number): Promise<void> {
  for (let attempt = 0; await isActive({ hypervisor }, vmId); attempt++) {
    const isGraceful = attempt < gracefulAttempts;
    try {
      await hypervisor.destroy(vmId, { isGraceful });
    } catch (error) {
      // It may have ended by itself meanwhile; what counts is whether it still runs.
      if (!isGraceful && (await isActive({ hypervisor }, vmId))) throw error;
      log.debug("QEMU did not end when asked", { vmId, error: describeError(error) });
    }
  }
}

async function isActive({ hypervisor }: Pick<VirtContext, "hypervisor">, vmId: VmId): Promise<boolean> {
  const state = await hypervisor.findState(vmId);
  return state !== undefined && readDomainState(state.state, state.reason) !== "gone";
}

/** Makes libvirt forget a domain of ours that does not run. */
export async function ensureGone({ hypervisor }: VirtContext, vmId: VmId): Promise<void> {
  const state = await hypervisor.findState(vmId);
  if (state === undefined) return;
  if (readDomainState(state.state, state.reason) !== "gone") await hypervisor.destroy(vmId, { isGraceful: false });
  if ((await hypervisor.findState(vmId)) !== undefined) await hypervisor.undefine(vmId);
}

/** Lets go of the VM's volumes; one that cannot be let go of does not keep the others. */
export async function teardownDisks({ images, log }: VirtContext, vm: Vm): Promise<void> {
  for (const { volume } of vm.view.domain?.disks ?? []) {
    if (volume === undefined) continue;
    try {
      await images.teardown(volume);
    } catch (error) {
      log.warn("could not tear down a volume", { vmId: vm.id, ...volume, error: describeError(error) });
    }
  }
}

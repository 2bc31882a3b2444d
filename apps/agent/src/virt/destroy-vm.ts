import type { VolumeReference } from "@yagura/domain-xml";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import { CannotDestroyVm, NoSuchVm } from "../errors.ts";
import { readDomainState } from "./domain-events.ts";
import { isImageInUse } from "./images-in-use.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { vmExit } from "./vm-exit.ts";

/** Storage that does not answer keeps no VM from ending. */
const TEARDOWN_MS_MAX = 10_000;

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
      if (!vm.isDomainForeign) {
        await ensureStopped(context, vmId, Math.min(gracefulAttempts, 5));
        await ensureGone(context, vmId);
      }
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

/** Whether libvirt has a process for the domain, or may be about to. */
export async function isActive({ hypervisor }: Pick<VirtContext, "hypervisor">, vmId: VmId): Promise<boolean> {
  const state = await hypervisor.findState(vmId);
  return state !== undefined && readDomainState(state.state, state.reason) !== "gone";
}

/** Makes libvirt forget a domain of ours that does not run. One that runs is left alone. @throws Error when it runs */
export async function ensureGone(context: Pick<VirtContext, "hypervisor">, vmId: VmId): Promise<void> {
  const { hypervisor } = context;
  if ((await hypervisor.findState(vmId)) === undefined) return;
  if (await isActive(context, vmId)) throw new Error("the domain runs");
  await hypervisor.undefine(vmId);
}

/** Lets go of the volumes of a VM that has ended. */
export async function teardownDisks(context: VirtContext, vm: Vm): Promise<void> {
  const volumes = (vm.view.domain?.disks ?? []).flatMap(({ volume }) => volume ?? []);
  await teardownVolumes(context, vm, volumes);
}

/** Lets go of what no other VM uses; a volume that cannot be let go of does not keep the others. */
export async function teardownVolumes(
  { images, vms, log }: VirtContext,
  vm: Vm,
  volumes: readonly VolumeReference[],
): Promise<void> {
  for (const volume of volumes) {
    const others = vms.list().filter((other) => other !== vm);
    const views = others.map(({ view }) => view);
    if (isImageInUse(views, volume.imageId)) continue;
    try {
      await withDeadline(`letting go of volume ${volume.volumeId}`, TEARDOWN_MS_MAX, () => images.teardown(volume));
    } catch (error) {
      log.warn("could not tear down a volume", { vmId: vm.id, ...volume, error: describeError(error) });
    }
  }
}

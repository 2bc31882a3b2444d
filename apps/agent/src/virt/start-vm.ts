import { join } from "node:path";
import { formatXml, parseXml, type VolumeReference, type XmlElement } from "@yagura/domain-xml";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { HypervisorAway, VmExists } from "../errors.ts";
import { adoptDomain, isOurs } from "./adopt-domain.ts";
import { ensureGone, isActive, teardownVolumes } from "./destroy-vm.ts";
import { explainStartFailure } from "./explain-start-failure.ts";
import { prepareDisks } from "./prepare-disks.ts";
import { placeholderXml, realiseDomain } from "./realise-domain.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { vmExit } from "./vm-exit.ts";

export interface StartVm {
  readonly vm: Vm;
  readonly domain: XmlElement;
  readonly isLaunchedPaused: boolean;
}

/** Where a start is: what may be there of it in libvirt, if it ends here. */
type Progress = "looking" | "preparing" | "starting" | "started";

/**
 * Starts a VM that was accepted. Never throws for what the world refuses: the VM is then Down and says why. When libvirt
 * goes away, or is silent for too long, the outcome is unknown: the VM is put aside until libvirt can be asked.
 */
export async function startVm(context: VirtContext, { vm, domain, isLaunchedPaused }: StartVm): Promise<void> {
  const { hypervisor, clocks, log } = context;
  const { signal } = vm.startAbort;
  const startedAtMs = clocks.nowMs();
  const prepared: VolumeReference[] = [];
  let progress: Progress = "looking";
  try {
    if ((await hypervisor.findState(vm.id)) !== undefined) return await meetDomain(context, vm);
    progress = "preparing";
    // The id is taken before anything else is done, so that a crash in between leaves a trace.
    await hypervisor.define(placeholderXml(domain, { phase: "placeholder", startedAtMs }));
    signal.throwIfAborted();
    await context.ensureGuestNetwork();
    const { disks, seclabel } = await prepareDisks(context, { vm, domain }, prepared);
    signal.throwIfAborted();
    const real = realiseDomain(domain, {
      domainType: context.domainType,
      nicSource: context.nicSource,
      displayAddress: context.displayAddress,
      lockedPassword: context.randomPassword(),
      // vdsm lib/vdsm/virt/filedata.py: nvram_path
      nvramPath: join(context.nvramDirectory, `${vm.id}.fd`),
      disks,
      ...(seclabel !== undefined && { seclabel }),
      record: { phase: "started", startedAtMs },
    });
    await hypervisor.define(formatXml(real));
    signal.throwIfAborted();
    log.info("starting a VM", { vmId: vm.id, vmName: vm.name, domainType: context.domainType });
    progress = "starting";
    await hypervisor.start(vm.id, { isPaused: isLaunchedPaused });
    progress = "started";
    await adoptDomain(context, vm);
  } catch (error) {
    if (isOutcomeUnknown(error, progress) || !hypervisor.isConnected) putAside(context, vm, error);
    else await failStart(context, { vm, error, prepared });
  }
}

/** A VM that may run is never taken for failed, nor ended to make that true. */
function isOutcomeUnknown(error: unknown, progress: Progress): boolean {
  if (error instanceof HypervisorAway || progress === "looking" || progress === "started") return true;
  return progress === "starting" && error instanceof DeadlineExceeded;
}

/** libvirt has a domain of this id that the agent did not know. Ours is taken over as it is; another's must survive us. */
async function meetDomain(context: VirtContext, vm: Vm): Promise<void> {
  const { hypervisor, log } = context;
  if (isOurs(parseXml(await hypervisor.getXml(vm.id)))) {
    log.warn("a VM that was to be started is in libvirt already, and is taken over", { vmId: vm.id });
    return adoptDomain(context, vm);
  }
  vm.isDomainForeign = true;
  const { message } = new VmExists(vm.id);
  log.error("a VM cannot be started: libvirt has somebody else's domain of its id", { vmId: vm.id });
  vm.become("stopped", { exit: vmExit(1, "libvirtStartFailed", message) });
}

function putAside({ log }: VirtContext, vm: Vm, error: unknown): void {
  const because = describeError(error);
  log.warn("it is not known whether a VM was started; libvirt will be asked", { vmId: vm.id, error: because });
  vm.putAside(because);
}

async function failStart(
  context: VirtContext,
  { vm, error, prepared }: { vm: Vm; error: unknown; prepared: readonly VolumeReference[] },
): Promise<void> {
  const { log } = context;
  const wasDestroyed = vm.startAbort.signal.aborted;
  const others = context.vms.list().flatMap((other) => (other === vm ? [] : [other.view]));
  const because = explainStartFailure(error, { volumes: prepared, others });
  log.error("a VM could not be started", { vmId: vm.id, vmName: vm.name, because, error: describeError(error) });
  try {
    // libvirt refused, perhaps because somebody was faster.
    if (await isActive(context, vm.id)) return await adoptDomain(context, vm);
  } catch (asking) {
    return putAside(context, vm, asking);
  }
  try {
    await ensureGone(context, vm.id);
    await teardownVolumes(context, vm, prepared);
  } catch (cleaning) {
    // What is left is looked at again when the VM is destroyed.
    log.warn("could not clean up after a failed start", { vmId: vm.id, error: describeError(cleaning) });
  }
  vm.become("stopped", {
    exit: wasDestroyed ? vmExit(0, "destroyedOnStartup") : vmExit(1, "libvirtStartFailed", because),
  });
}

import {
  type DescribedDisk,
  describeDomain,
  formatXml,
  type SecurityLabel,
  type VolumeReference,
  type XmlElement,
} from "@yagura/domain-xml";
import { describeError } from "@yagura/std/describe-error.ts";
import { VmExists } from "../errors.ts";
import { adoptDomain } from "./adopt-domain.ts";
import { ensureGone } from "./destroy-vm.ts";
import { labelDisk } from "./label-disk.ts";
import { placeholderXml, type RealDisk, realiseDomain } from "./realise-domain.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { vmExit } from "./vm-exit.ts";

export interface StartVm {
  readonly vm: Vm;
  readonly domain: XmlElement;
  readonly isLaunchedPaused: boolean;
}

/**
 * Starts a VM that was accepted. Never throws for what the world refuses: the VM is then Down and says why.
 * When libvirt goes away in between, the outcome is unknown; the VM keeps its status until libvirt can be asked again.
 */
export async function startVm(context: VirtContext, { vm, domain, isLaunchedPaused }: StartVm): Promise<void> {
  const { hypervisor, clocks, log } = context;
  const { signal } = vm.startAbort;
  const startedAtMs = clocks.nowMs();
  const prepared: VolumeReference[] = [];
  try {
    // Somebody else's domain of this id must survive us.
    if ((await hypervisor.findState(vm.id)) !== undefined) throw new VmExists(vm.id);
    // The id is taken before anything else is done, so that a crash in between leaves a trace.
    await hypervisor.define(placeholderXml(domain, { phase: "placeholder", startedAtMs }));
    signal.throwIfAborted();
    await context.ensureGuestNetwork();
    const disks = await prepareDisks(context, domain, prepared);
    signal.throwIfAborted();
    const real = realiseDomain(domain, {
      domainType: context.domainType,
      nicSource: context.nicSource,
      displayAddress: context.displayAddress,
      lockedPassword: context.randomPassword(),
      disks,
      record: { phase: "started", startedAtMs },
    });
    await hypervisor.define(formatXml(real));
    signal.throwIfAborted();
    log.info("starting a VM", { vmId: vm.id, vmName: vm.name, domainType: context.domainType });
    await hypervisor.start(vm.id, { isPaused: isLaunchedPaused });
    await adoptDomain(context, vm);
  } catch (error) {
    if (!hypervisor.isConnected) {
      log.warn("lost libvirt while a VM was starting; its state is unknown", {
        vmId: vm.id,
        error: describeError(error),
      });
      return;
    }
    await failStart(context, { vm, error, prepared });
  }
}

async function prepareDisks(
  context: VirtContext,
  domain: XmlElement,
  prepared: VolumeReference[],
): Promise<Map<string, RealDisk>> {
  const user = await context.readQemuUser();
  const disks = new Map<string, RealDisk>();
  for (const disk of describeDomain(domain).disks) {
    const files = await prepareDisk(context, disk, prepared);
    if (files === undefined) continue;
    const isReadOnly = disk.isReadOnly || disk.device === "cdrom";
    const seclabel = user === undefined ? undefined : await labelDisk({ paths: files.paths, isReadOnly }, user);
    disks.set(disk.target, { source: files.source, ...withLabel(seclabel) });
  }
  return disks;
}

async function prepareDisk(
  { images }: VirtContext,
  disk: DescribedDisk,
  prepared: VolumeReference[],
): Promise<{ source: RealDisk["source"]; paths: readonly string[] } | undefined> {
  if (disk.volume !== undefined) {
    const { kind, path, chainPaths } = await images.prepare(disk.volume);
    prepared.push(disk.volume);
    return { source: { kind, path }, paths: chainPaths };
  }
  // A medium or device that is no volume of a pool, such as an installation image on this host.
  return disk.source === undefined ? undefined : { source: disk.source, paths: [disk.source.path] };
}

function withLabel(seclabel: SecurityLabel | undefined): { seclabel?: SecurityLabel } {
  return seclabel === undefined ? {} : { seclabel };
}

async function failStart(
  context: VirtContext,
  { vm, error, prepared }: { vm: Vm; error: unknown; prepared: readonly VolumeReference[] },
): Promise<void> {
  const { images, log } = context;
  const wasDestroyed = vm.startAbort.signal.aborted;
  log.error("a VM could not be started", { vmId: vm.id, vmName: vm.name, error: describeError(error) });
  try {
    if (!(error instanceof VmExists)) await ensureGone(context, vm.id);
    for (const volume of prepared) await images.teardown(volume);
  } catch (cleaning) {
    // What is left is looked at again when the VM is destroyed.
    log.warn("could not clean up after a failed start", { vmId: vm.id, error: describeError(cleaning) });
  }
  vm.become("stopped", {
    exit: wasDestroyed ? vmExit(0, "destroyedOnStartup") : vmExit(1, "libvirtStartFailed", describeError(error)),
  });
}

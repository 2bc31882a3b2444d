import {
  type DescribedDisk,
  describeDomain,
  type SecurityLabel,
  type VolumeReference,
  type XmlElement,
} from "@yagura/domain-xml";
import { withDeadline } from "@yagura/std/deadline.ts";
import { teardownVolumes } from "./destroy-vm.ts";
import type { QemuUser } from "./disk-access.ts";
import { labelDisk } from "./label-disk.ts";
import type { RealDisk } from "./realise-domain.ts";
import { joinStorageGroup, labelOfStorageGroup } from "./storage-group.ts";
import type { PreparedDisk, VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";

/** Storage that does not answer for so long must not keep a VM from being destroyed. */
const PREPARE_MS_MAX = 120_000;

export interface DisksForQemu {
  /** By target name. */
  readonly disks: ReadonlyMap<string, RealDisk>;
  /** Of the whole guest; absent: libvirt's own. */
  readonly seclabel?: SecurityLabel;
}

/**
 * Makes all disks of a guest ready on this host, and says how QEMU gets at them. Ends at once when the guest is to be
 * destroyed: silent storage keeps nobody from that.
 * @param prepared gets every volume that was made ready, also when a later one fails: to be let go of then.
 */
export async function prepareDisks(
  context: VirtContext,
  { vm, domain }: { readonly vm: Vm; readonly domain: XmlElement },
  prepared: VolumeReference[],
): Promise<DisksForQemu> {
  const ready: ReadyDisk[] = [];
  for (const disk of describeDomain(domain).disks) {
    const isReadOnly = disk.isReadOnly || disk.device === "cdrom";
    const files = await prepareDisk(context, { vm, disk, isReadOnly }, prepared);
    if (files !== undefined) ready.push({ target: disk.target, isReadOnly, files });
  }
  const user = await context.readQemuUser();
  if (user === undefined)
    return { disks: new Map(ready.map(({ target, files: { kind, path } }) => [target, { source: { kind, path } }])) };
  const isOnShared = ready.some(({ files }) => files.isShared);
  const seclabel = isOnShared ? labelOfStorageGroup(user) : undefined;
  return {
    disks: await labelDisks(ready, isOnShared ? joinStorageGroup(user) : user),
    ...(seclabel !== undefined && { seclabel }),
  };
}

interface ReadyDisk {
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly files: PreparedDisk;
}

async function prepareDisk(
  context: VirtContext,
  { vm, disk, isReadOnly }: { vm: Vm; disk: DescribedDisk; isReadOnly: boolean },
  prepared: VolumeReference[],
): Promise<PreparedDisk | undefined> {
  const { volume, source, target } = disk;
  // A medium or device that is no volume of a pool, such as an installation image on this host.
  if (volume === undefined) return source === undefined ? undefined : { ...source, chainPaths: [source.path] };
  const preparing = context.images.prepare(volume, { isReadOnly });
  try {
    const { signal } = vm.startAbort;
    const files = await withDeadline(`preparing disk ${target}`, PREPARE_MS_MAX, () => preparing, signal);
    prepared.push(volume);
    return files;
  } catch (error) {
    // It may still become ready, when nobody waits for it any more.
    void preparing.then(() => teardownVolumes(context, vm, [volume])).catch(() => undefined);
    throw error;
  }
}

async function labelDisks(ready: readonly ReadyDisk[], user: QemuUser): Promise<Map<string, RealDisk>> {
  const disks = new Map<string, RealDisk>();
  for (const { target, isReadOnly, files } of ready) {
    const { kind, path, chainPaths, isShared = false } = files;
    // Files of a mount are not even looked at from here: its server may be silent.
    const seclabel: SecurityLabel = isShared
      ? { model: "dac", relabels: false }
      : await labelDisk({ paths: chainPaths, isReadOnly }, user);
    disks.set(target, { source: { kind, path }, seclabel });
  }
  return disks;
}

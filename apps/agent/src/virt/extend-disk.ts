import type { DescribedDisk, VolumeReference } from "@yagura/domain-xml";
import { describeError } from "@yagura/std/describe-error.ts";
import type { ImageId, VmId, VolumeId } from "@yagura/std/ids.ts";
import { AgentError, HypervisorAway, UnsupportedOnHost } from "../errors.ts";
import { runningVm } from "./operate-vm.ts";
import type { VirtContext } from "./virt-context.ts";

/** The VM has no such disk. vdsm: imageErr */
export class NoSuchDisk extends AgentError {
  override readonly name = "NoSuchDisk";
  override readonly code = 13;
}

/** A disk cannot get this size. vdsm: resizeErr */
export class BadDiskSize extends AgentError {
  override readonly name = "BadDiskSize";
  override readonly code = 58;
}

/** QEMU refused to make the disk larger. vdsm: updateDevice */
export class CannotExtendDisk extends AgentError {
  override readonly name = "CannotExtendDisk";
  override readonly code = 56;
}

/** QEMU counts in sectors. */
const SECTOR_BYTES = 512;

export interface ExtendDisk {
  readonly vmId: VmId;
  readonly imageId: ImageId;
  readonly volumeId: VolumeId;
  readonly capacityBytes: number;
}

/**
 * Makes a disk larger below its running guest, which sees it at once. May be repeated: the record of the volume is made
 * equal to what QEMU says, also when that was done, or half done, before. vdsm lib/vdsm/virt/vm.py: diskSizeExtend
 * @returns the size that the disk has now, in bytes.
 * @throws NoSuchVm, VmIsDown, NoSuchDisk, BadDiskSize, CannotExtendDisk, or why the record cannot be written
 */
export function extendDisk(context: VirtContext, asked: ExtendDisk): Promise<number> {
  const { vms, hypervisor, images, log } = context;
  const { vmId, capacityBytes } = asked;
  vms.get(vmId);
  return vms.inTurn(vmId, async () => {
    const vm = runningVm(context, vmId);
    const { target, volume } = findWritableDisk(vm.view.domain?.disks ?? [], asked);
    if (!Number.isSafeInteger(capacityBytes) || capacityBytes <= 0 || capacityBytes % SECTOR_BYTES !== 0) {
      throw new BadDiskSize(`a disk cannot have ${capacityBytes} bytes: it has whole sectors of ${SECTOR_BYTES} bytes`);
    }
    const nowBytes = await hypervisor.readDiskCapacity(vmId, target);
    if (nowBytes > capacityBytes) {
      throw new BadDiskSize(`disk ${target} of VM ${vmId} has ${nowBytes} bytes already, more than ${capacityBytes}`);
    }
    if (nowBytes < capacityBytes) await resize(context, vmId, target, capacityBytes);
    const newBytes = await hypervisor.readDiskCapacity(vmId, target);
    await images.setCapacity(volume, newBytes);
    log.info("a disk of a running VM is larger", { vmId, target, ...volume, nowBytes, newBytes });
    return newBytes;
  });
}

function findWritableDisk(
  disks: readonly DescribedDisk[],
  { vmId, imageId, volumeId }: ExtendDisk,
): { target: string; volume: VolumeReference } {
  const found = disks.find(({ volume }) => volume?.imageId === imageId && volume.volumeId === volumeId);
  if (found?.volume === undefined) {
    throw new NoSuchDisk(`the VM ${vmId} has no disk with volume ${volumeId} of image ${imageId}`);
  }
  if (found.isReadOnly) throw new UnsupportedOnHost(`disk ${found.target} of VM ${vmId} is read-only`);
  return { target: found.target, volume: found.volume };
}

async function resize({ hypervisor }: VirtContext, vmId: VmId, target: string, capacityBytes: number): Promise<void> {
  try {
    await hypervisor.resizeDisk(vmId, target, capacityBytes);
  } catch (cause) {
    if (cause instanceof HypervisorAway) throw cause;
    throw new CannotExtendDisk(`QEMU cannot extend disk ${target} of VM ${vmId}: ${describeError(cause)}`, { cause });
  }
}

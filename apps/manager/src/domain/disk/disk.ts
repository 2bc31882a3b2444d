import type { DiskStatus } from "@yagura/lifecycles";
import type { DiskId, StorageDomainId, TemplateId, VmId, VolumeId } from "@yagura/std/ids.ts";

export type VolumeFormat = "raw" | "cow";
export type DiskInterface = "virtio_scsi" | "virtio" | "sata" | "ide";

/** A disk is an image on a storage domain: its id is the image's id there. Its content is the chain of its volumes. */
export interface Disk {
  readonly id: DiskId;
  readonly name: string;
  readonly description: string;
  readonly storageDomainId: StorageDomainId;
  /** What the guest sees. */
  readonly capacityBytes: number;
  /** What it takes on the storage, as far as known. */
  readonly actualBytes: number;
  readonly format: VolumeFormat;
  readonly isSparse: boolean;
  readonly status: DiskStatus;
  readonly isShareable: boolean;
  readonly wipeAfterDelete: boolean;
  readonly propagateErrors: boolean;
  /** "incremental": changed blocks are remembered for backups. */
  readonly backup: "none" | "incremental";
  readonly contentType: "data" | "iso";
  readonly createdAtMs: number;
  /** The volume that a guest writes to (oVirt: `image_id`). */
  readonly volumeId: VolumeId;
  /** Whose it is; at most one kind of owner. A shareable disk may have several VMs. */
  readonly vmIds: readonly VmId[];
  readonly templateIds: readonly TemplateId[];
}

export interface NewDisk {
  /** Clients may choose the ids of their disks and of the volumes in them. */
  readonly id: DiskId;
  readonly volumeId: VolumeId;
  readonly name: string;
  readonly description?: string;
  readonly storageDomainId: StorageDomainId;
  readonly capacityBytes: number;
  /** How much to allocate at once (cow on block storage); a hint elsewhere. */
  readonly initialBytes?: number;
  readonly format: VolumeFormat;
  readonly isSparse: boolean;
  readonly isShareable?: boolean;
  readonly wipeAfterDelete?: boolean;
  readonly propagateErrors?: boolean;
  readonly backup?: "none" | "incremental";
  readonly contentType?: "data" | "iso";
}

export interface Volume {
  readonly id: VolumeId;
  readonly diskId: DiskId;
  readonly storageDomainId: StorageDomainId;
  /** The volume below it; of another disk where a template is the ground. */
  readonly parentId?: VolumeId;
  readonly parentDiskId?: DiskId;
  readonly format: VolumeFormat;
  readonly isSparse: boolean;
  readonly capacityBytes: number;
  readonly actualBytes: number;
  readonly isLeaf: boolean;
  readonly createdAtMs: number;
}

/** A disk as one VM has it. In the REST API its id is the disk's id. */
export interface DiskAttachment {
  readonly vmId: VmId;
  readonly diskId: DiskId;
  readonly interface: DiskInterface;
  readonly isBootable: boolean;
  readonly isActive: boolean;
  readonly isReadOnly: boolean;
  readonly passDiscard: boolean;
  /** What the guest calls it ("/dev/vda"), as far as its agent says. */
  readonly logicalName?: string;
}

export interface TemplateDiskAttachment {
  readonly templateId: TemplateId;
  readonly diskId: DiskId;
  readonly interface: DiskInterface;
  readonly isBootable: boolean;
}

/** Disks are whole 4 KiB blocks (vdsm rounds up; so do we, before anyone is told a size). */
export function roundCapacity(capacityBytes: number): number {
  return Math.ceil(capacityBytes / 4096) * 4096;
}

export const diskCapacityBytesMax = 8 * 1024 ** 5;

/** Why such a disk cannot be; none when it can. */
export function diskProblems(
  disk: Pick<NewDisk, "capacityBytes" | "format" | "isSparse" | "isShareable" | "backup">,
): string[] {
  const problems: string[] = [];
  if (!Number.isSafeInteger(disk.capacityBytes) || disk.capacityBytes <= 0) {
    problems.push("The provisioned size of a disk must be a positive number of bytes.");
  } else if (disk.capacityBytes > diskCapacityBytesMax) problems.push("The provisioned size of a disk is too large.");
  if (disk.format === "cow" && !disk.isSparse) {
    problems.push("Disk configuration (COW Preallocated) is incompatible with the storage domain type.");
  }
  if (disk.isShareable === true && disk.format === "cow") problems.push("A shareable disk must have the format raw.");
  if (disk.backup === "incremental" && disk.format === "raw") {
    problems.push("Incremental backup needs a disk of the format cow.");
  }
  return problems;
}

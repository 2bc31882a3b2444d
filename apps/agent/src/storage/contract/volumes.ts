// Volumes: Volume.*.
import type { ImageId, StorageDomainId, TaskId, VolumeId } from "@yagura/std/ids.ts";
import type { SpmOrder } from "./spm-order.ts";

/** Names one volume. */
export interface VolumeKey {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly volumeId: VolumeId;
}

export interface StorageVolumes {
  /** SPM only. What is impossible is refused at once; the task says when the volume is there. */
  create(order: SpmOrder, volume: NewVolume): Promise<TaskId>;
  /** SPM only. Copies what a guest sees in `source`, with all volumes below it, into a new image: so templates are made. */
  copy(order: SpmOrder, copy: VolumeCopy): Promise<TaskId>;
  /** SPM only. From the leaf downwards; a volume with children that are not in the list is refused (204). */
  delete(order: SpmOrder, volumes: DeletedVolumes): Promise<TaskId>;
  /** SPM only. Never makes one smaller (232); one that is as large already is done. */
  extend(order: SpmOrder, extension: VolumeExtension): Promise<TaskId>;
  /** SPM only, before `jobs.merge`: makes the base as large as what is merged into it. */
  prepareMerge(order: SpmOrder, subchain: Subchain): Promise<TaskId>;
  /** SPM only, after it: puts what stands on the top on the base. The top is ILLEGAL from then on, and to be deleted. */
  finalizeMerge(order: SpmOrder, subchain: Subchain): Promise<TaskId>;
  /** Any host: how large the guest that has the volume open here was made to see it. */
  setCapacity(volume: VolumeKey, capacityBytes: number): Promise<void>;
  /** How many bytes a file with the volume's content would have. */
  measure(volume: VolumeKey, options: MeasureOptions): Promise<number>;
  getInfo(volume: VolumeKey): Promise<VolumeInfo>;
  getSize(volume: VolumeKey): Promise<VolumeSize>;
  setDescription(order: SpmOrder, volume: VolumeKey, description: string): Promise<void>;
  setLegality(order: SpmOrder, volume: VolumeKey, legality: "LEGAL" | "ILLEGAL"): Promise<void>;
  /** Rejects (484) when the content is not what the metadata says, or refers to files outside. */
  verify(volume: VolumeKey): Promise<void>;
  /** What `qemu-img info --output json` says. */
  getQemuImageInfo(volume: VolumeKey): Promise<Readonly<Record<string, unknown>>>;
}

export interface NewVolume extends VolumeKey {
  /** Rounded up to 4 KiB. */
  readonly capacityBytes: number;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  /** DATA, OVFS, MEMM, …; nothing depends on it. */
  readonly diskType: string;
  readonly description: string;
  /** What it stands on: a volume of the same image (a snapshot) or of a template. The new volume must then be COW. */
  readonly parent?: { readonly imageId: ImageId; readonly volumeId: VolumeId };
  /** False: nobody may start a guest on it until `setLegality`. By default legal. */
  readonly isLegal?: boolean;
  readonly sequence?: number;
}

export interface VolumeCopy {
  readonly source: VolumeKey;
  readonly target: VolumeKey;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  readonly description: string;
  /** SHARED: a template, on which others may stand. */
  readonly role: "LEAF" | "SHARED";
}

export interface VolumeExtension extends VolumeKey {
  /** Rounded up to 4 KiB. */
  readonly capacityBytes: number;
}

export interface MeasureOptions {
  readonly format: "RAW" | "COW";
  /** With what lies below it, which is the default, or what the volume itself has. */
  readonly chain?: "all" | "none";
  /** The volume directly below: what is measured are these two. */
  readonly baseId?: VolumeId;
}

export interface DeletedVolumes {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly volumeIds: readonly VolumeId[];
  /** Overwrite with zeroes first. */
  readonly wipes: boolean;
}

export interface VolumeInfo extends VolumeKey, VolumeSize {
  readonly parentId?: VolumeId;
  readonly childIds: readonly VolumeId[];
  readonly capacityBytes: number;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  readonly role: "LEAF" | "INTERNAL" | "SHARED";
  readonly legality: "LEGAL" | "ILLEGAL" | "FAKE";
  readonly status: "OK" | "ILLEGAL" | "INVALID";
  readonly diskType: string;
  readonly description: string;
  readonly createdSeconds: number;
  readonly generation: number;
  readonly sequence: number;
}

export interface VolumeSize {
  /** Length of the file. */
  readonly apparentBytes: number;
  /** What it takes on the disk. */
  readonly trueBytes: number;
}

/** Two volumes of an image, one directly on the other. */
export interface Subchain {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly baseId: VolumeId;
  readonly topId: VolumeId;
  readonly baseGeneration?: number | undefined;
}

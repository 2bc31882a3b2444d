import type { Clock } from "@yagura/std/clock.ts";
import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { LeaseStore } from "../external-leases/lease-index-file.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { VolumeLeases } from "../leases/volume-leases.ts";
import type { QemuImg } from "../tools/qemu-img.ts";
import type { VolumeBlocks } from "../tools/volume-blocks.ts";
import type { PreparedImages } from "./prepared-images.ts";
import { childrenOf, type Volumes } from "./volume-chain.ts";

/** What operations on volumes and external leases need of the world. */
export interface VolumeWorld {
  readonly files: StorageFiles;
  readonly qemuImg: QemuImg;
  readonly blocks: VolumeBlocks;
  readonly leases: VolumeLeases;
  readonly sanlock: LeaseStore;
  readonly prepared: PreparedImages;
  readonly clock: Clock;
}

/** The metadata of everything in one image's directory. */
export async function readVolumes(domain: StorageDomain, imageId: ImageId): Promise<Volumes> {
  const volumes = new Map<VolumeId, VolumeMetadata>();
  for (const volumeId of await domain.listVolumes(imageId)) {
    const metadata = await domain.findVolume(imageId, volumeId);
    if (metadata !== undefined) volumes.set(volumeId, metadata);
  }
  return volumes;
}

/** @throws StorageError 201 */
export async function getVolume(domain: StorageDomain, { imageId, volumeId }: VolumeKey): Promise<VolumeMetadata> {
  const metadata = await domain.findVolume(imageId, volumeId);
  if (metadata === undefined) {
    throw new StorageError(
      "VolumeDoesNotExist",
      `there is no volume ${volumeId} in image ${imageId} of domain ${domain.domainId}`,
    );
  }
  return metadata;
}

/** Others stand on the bytes of a template and of an inner volume: whoever wrote there would spoil all of them. @throws StorageError 219 or 220 */
export async function requireWritable(
  domain: StorageDomain,
  { imageId, volumeId }: VolumeKey,
  { role }: VolumeMetadata,
): Promise<void> {
  if (role === "SHARED") {
    throw new StorageError("SharedVolumeNonWritable", `volume ${volumeId} belongs to a template`);
  }
  if (childrenOf(await readVolumes(domain, imageId), volumeId).length > 0) {
    throw new StorageError("InternalVolumeNonWritable", `other volumes stand on volume ${volumeId}`);
  }
}

/**
 * What protects what: guests of *this* host are known here, by what is prepared. A guest of another host holds no lease of a
 * volume, so that nothing on the storage speaks of it: that an image which another host has prepared is neither deleted nor
 * changed offline is the Manager's to keep. (QEMU's own locks, where the storage has them, are a second net, not a rule.)
 * @throws StorageError 203 while somebody may have the image open
 */
export async function requireUnused({ prepared }: VolumeWorld, domain: StorageDomain, imageId: ImageId): Promise<void> {
  if (await prepared.has(domain.domainId, imageId)) {
    throw new StorageError("VolumeIsBusy", `image ${imageId} is in use on this host`);
  }
}

/** qemu-img's name of a format. */
export function qemuFormat(format: VolumeMetadata["format"]): "raw" | "qcow2" {
  return format === "RAW" ? "raw" : "qcow2";
}

/** What is done to an image when a volume of it goes, or was never finished. */
import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { childrenOf } from "./volume-chain.ts";
import { changeRecord } from "./volume-record.ts";
import { readVolumes, type VolumeWorld } from "./volume-world.ts";

export async function removeMetadata(
  { paths }: StorageDomain,
  imageId: ImageId,
  volumeId: VolumeId,
  { files }: VolumeWorld,
): Promise<void> {
  const path = paths.volumeMetadata(imageId, volumeId);
  await files.remove(paths.volumeLease(imageId, volumeId));
  await files.remove(`${paths.volumeLease(imageId, volumeId)}.new`);
  await files.remove(`${path}.new`);
  // Last: a volume is there as long as its metadata is, and a repetition knows by it that something is left to do.
  await files.remove(path);
}

/** A volume on which nothing stands any more, but perhaps one that is about to go, is the leaf. */
export async function promoteParent(
  domain: StorageDomain,
  imageId: ImageId,
  parentId: VolumeId,
  world: VolumeWorld,
  goingId?: VolumeId,
): Promise<void> {
  const volumes = await readVolumes(domain, imageId);
  const isStoodOn = childrenOf(volumes, parentId).some((childId) => childId !== goingId);
  if (volumes.get(parentId)?.role !== "INTERNAL" || isStoodOn) return;
  const parent = { domainId: domain.domainId, imageId, volumeId: parentId };
  await changeRecord(domain, parent, world, (metadata) => ({ ...metadata, role: "LEAF" }));
}

/** An image without a volume of its own has no need of its template's, nor of a directory. */
export async function tidyImage(domain: StorageDomain, imageId: ImageId, { files }: VolumeWorld): Promise<void> {
  const volumes = await readVolumes(domain, imageId);
  if ([...volumes.values()].some((metadata) => metadata.imageId === imageId)) return;
  await files.remove(domain.paths.image(imageId));
}

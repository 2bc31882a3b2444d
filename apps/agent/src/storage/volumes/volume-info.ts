import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { VolumeInfo, VolumeKey, VolumeSize } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { childrenOf } from "./volume-chain.ts";
import { getVolume, readVolumes, type VolumeWorld } from "./volume-world.ts";

export async function getVolumeInfo(domain: StorageDomain, volume: VolumeKey, world: VolumeWorld): Promise<VolumeInfo> {
  const { domainId, imageId, volumeId } = volume;
  const metadata = await getVolume(domain, volume);
  const file = await world.files.find(domain.paths.volume(imageId, volumeId));
  const isShared = metadata.role === "SHARED" && (file?.names ?? 1) > 1;
  return {
    domainId,
    // A template's volume, seen through the image of a VM, still says whose it is.
    imageId: metadata.imageId,
    volumeId,
    ...(metadata.parentId !== undefined && { parentId: metadata.parentId }),
    childIds: isShared ? await listSharers(domain, volumeId) : childrenOf(await readVolumes(domain, imageId), volumeId),
    capacityBytes: metadata.capacityBytes,
    format: metadata.format,
    allocation: metadata.allocation,
    role: metadata.role,
    legality: metadata.legality,
    status: file === undefined ? "INVALID" : metadata.legality === "ILLEGAL" ? "ILLEGAL" : "OK",
    diskType: metadata.diskType,
    description: metadata.description,
    createdSeconds: metadata.createdSeconds,
    generation: metadata.generation,
    sequence: metadata.sequence,
    apparentBytes: file?.sizeBytes ?? 0,
    trueBytes: file?.allocatedBytes ?? 0,
  };
}

export async function getVolumeSize(
  domain: StorageDomain,
  volume: VolumeKey,
  files: StorageFiles,
): Promise<VolumeSize> {
  const { imageId, volumeId } = volume;
  await getVolume(domain, volume);
  const file = await files.find(domain.paths.volume(imageId, volumeId));
  if (file === undefined) {
    throw new StorageError("VolumeDoesNotExist", `the file of volume ${volumeId} of image ${imageId} is missing`);
  }
  return { apparentBytes: file.sizeBytes, trueBytes: file.allocatedBytes };
}

/** The volumes of VMs that stand on a template's: in all images that have a link to it. */
async function listSharers(domain: StorageDomain, volumeId: VolumeId): Promise<VolumeId[]> {
  const sharers = await Promise.all(
    (await domain.listImages()).map(async (imageId: ImageId) => {
      const isLinked = (await domain.listVolumes(imageId)).includes(volumeId);
      return isLinked ? childrenOf(await readVolumes(domain, imageId), volumeId) : [];
    }),
  );
  return sharers.flat();
}

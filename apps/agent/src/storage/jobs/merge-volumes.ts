import type { Subchain } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Watched } from "../tools/qemu-img.ts";
import { readMergeable } from "../volumes/mergeable.ts";
import { imageFile } from "../volumes/volume-content.ts";
import { operateOnVolume } from "../volumes/volume-record.ts";
import { requireUnused, type VolumeWorld } from "../volumes/volume-world.ts";

/**
 * The second of three parts of a merge without a guest: writes what the top has into the base. Seen through the top nothing
 * changes, however far it gets, so the base stays legal and the work may be repeated.
 */
export async function mergeVolumes(
  domain: StorageDomain,
  subchain: Subchain,
  world: VolumeWorld,
  watched: Watched,
): Promise<void> {
  const { domainId, imageId, baseId, topId, baseGeneration } = subchain;
  await requireUnused(world, domain, imageId);
  const key = { domainId, imageId, volumeId: baseId };
  await operateOnVolume(domain, { key, generation: baseGeneration, isUnsafe: false }, world, async () => {
    const { top } = await readMergeable(domain, subchain);
    const image = await imageFile(domain, { imageId, volumeId: topId }, top);
    try {
      await world.qemuImg.commit(
        { ...image, basePath: domain.paths.volume(imageId, baseId), capacityBytes: top.capacityBytes },
        watched,
      );
      await world.files.adopt(domain.paths.volume(imageId, baseId), "volume");
    } catch (cause) {
      watched.signal.throwIfAborted();
      throw new StorageError("MergeSnapshotsError", `cannot merge volume ${topId} into ${baseId}`, { cause });
    }
    return undefined;
  });
}

import type { VolumeVersion } from "../contract/jobs.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Watched } from "../tools/qemu-img.ts";
import { sparsifyImage } from "../tools/virt-sparsify.ts";
import { imageFile } from "../volumes/volume-content.ts";
import { operateOnVolume } from "../volumes/volume-record.ts";
import { getVolume, requireUnused, requireWritable, type VolumeWorld } from "../volumes/volume-world.ts";

/** Gives the space back that the file systems in a leaf do not use. What a guest sees of it stays, so it stays legal. */
export async function sparsifyVolume(
  domain: StorageDomain,
  { generation, ...key }: VolumeVersion,
  world: VolumeWorld,
  { signal }: Watched,
): Promise<void> {
  await requireWritable(domain, key, await getVolume(domain, key));
  await requireUnused(world, domain, key.imageId);
  await operateOnVolume(domain, { key, generation, isUnsafe: false }, world, async (metadata) => {
    const image = await imageFile(domain, key, metadata);
    if (image.isDirect) {
      // It writes through a page cache, of this host's, which would outlive the lease.
      throw new StorageError("MethodNotImplemented", "volumes on shared storage are not made sparse yet");
    }
    await sparsifyImage(image, signal);
    await world.files.adopt(image.path, "volume");
    return undefined;
  });
}

import { findId, type ImageId, type VolumeId } from "@yagura/std/ids.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { holdForRemoval } from "./volume-record.ts";
import type { VolumeWorld } from "./volume-world.ts";

const unfinished = /\.(meta|lease)\.new$/;

/**
 * A record that was being replaced when its writer died is whole; what was written beside it goes, as does a lease. Not while a job of
 * another host, which may be writing just that, holds the volume.
 */
export async function removeUnfinishedRecords(
  domain: StorageDomain,
  imageId: ImageId,
  world: Pick<VolumeWorld, "files" | "leases">,
): Promise<void> {
  const { files } = world;
  const directory = domain.paths.image(imageId);
  for (const name of await files.list(directory)) {
    const volumeId = unfinished.test(name) ? findId<VolumeId>(name.replace(unfinished, "")) : undefined;
    if (volumeId === undefined) continue;
    const key = { domainId: domain.domainId, imageId, volumeId };
    await holdForRemoval(domain, [key], world, () => files.remove(`${directory}/${name}`)).catch((error: unknown) => {
      // Whoever works on it puts it in place, or overwrites it next time.
      if (!(error instanceof StorageError) || error.kind !== "AcquireLockFailure") throw error;
    });
  }
}

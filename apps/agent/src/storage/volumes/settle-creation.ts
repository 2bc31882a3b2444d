import type { StorageDomain } from "../domains/storage-domain.ts";
import type { CreateVolumeIntent, Settled } from "../tasks/intent.ts";
import { promoteParent, removeMetadata, tidyImage } from "./tidy-image.ts";
import { childrenOf } from "./volume-chain.ts";
import { holdForRemoval } from "./volume-record.ts";
import { readVolumes, type VolumeWorld } from "./volume-world.ts";

/**
 * Takes away whatever there is of a volume whose creation did not end; one that was finished stays. May run any number of
 * times, and long after: a record that could not be brought up to date must not cost a volume that was made again.
 */
export async function settleVolumeCreation(
  domain: StorageDomain,
  intent: CreateVolumeIntent,
  world: VolumeWorld,
): Promise<Settled> {
  const { imageId, volumeId, demotedParentId } = intent;
  const { paths } = domain;
  // A volume that is ILLEGAL because a job of another host fills it is held by that job.
  const isKept = await holdForRemoval(domain, [intent], world, async () => {
    if (await isInService(domain, intent)) return true;
    await world.files.remove(paths.volume(imageId, volumeId));
    return false;
  });
  if (isKept) return "completed";
  await removeMetadata(domain, imageId, volumeId, world);
  if (demotedParentId !== undefined) await promoteParent(domain, imageId, demotedParentId, world);
  await tidyImage(domain, imageId, world);
  return "undone";
}

/** LEGAL is the last thing that a creation writes; bytes of a later generation and volumes on top came after that. */
async function isInService(
  domain: StorageDomain,
  { imageId, volumeId }: Pick<CreateVolumeIntent, "imageId" | "volumeId">,
): Promise<boolean> {
  const volumes = await readVolumes(domain, imageId);
  const metadata = volumes.get(volumeId);
  if (metadata === undefined) return false;
  return metadata.legality === "LEGAL" || metadata.generation > 0 || childrenOf(volumes, volumeId).length > 0;
}

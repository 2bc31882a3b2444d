import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import { doomedPrefix } from "@yagura/storage-format";
import type { DeletedImage } from "../contract/images.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { DeleteImageIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { wipeContent } from "./volume-content.ts";
import { holdForRemoval } from "./volume-record.ts";
import { readVolumes, requireUnused, type VolumeWorld } from "./volume-world.ts";

/** From the renaming on the image does not exist; what remains is to free its space. */
export async function deleteImage(
  domain: StorageDomain,
  { domainId, imageId, wipes }: DeletedImage,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const ownIds = await requireDeletable(domain, imageId, world);
  // A job that runs on another host keeps the image (651); one that came now would find it gone. The leases are not held
  // while it is renamed: sanlock finds them by their paths when it is to release them.
  const keys = ownIds.map((volumeId) => ({ domainId, imageId, volumeId }));
  await holdForRemoval(domain, keys, world, async () => undefined);
  const intent = { kind: "delete-image", domainId, imageId, wipes } as const;
  await intend(intent);
  const doomed = domain.paths.doomedImage(imageId);
  await world.files.remove(doomed);
  await world.files.rename(domain.paths.image(imageId), doomed);
  await removeDoomed(domain, { imageId, wipes }, world, signal);
}

/** The volumes of an image that are its own, when it may go. @throws StorageError 268, 203 or 223 */
export async function requireDeletable(
  domain: StorageDomain,
  imageId: DeletedImage["imageId"],
  world: VolumeWorld,
): Promise<readonly VolumeId[]> {
  const { paths, domainId } = domain;
  if ((await world.files.find(paths.image(imageId)))?.kind !== "directory") {
    throw new StorageError("ImageDoesNotExistInDomain", `there is no image ${imageId} in domain ${domainId}`);
  }
  await requireUnused(world, domain, imageId);
  const own = [...(await readVolumes(domain, imageId))].filter(([, metadata]) => metadata.imageId === imageId);
  for (const [volumeId] of own) {
    // A volume of ours with a second name: the disk of a VM stands on this template.
    const file = await world.files.find(paths.volume(imageId, volumeId));
    if (file !== undefined && file.names > 1) {
      throw new StorageError(
        "CannotDeleteSharedVolume",
        `other images stand on volume ${volumeId} of image ${imageId}`,
      );
    }
  }
  return own.map(([volumeId]) => volumeId);
}

/** Goes on where the image was renamed already; before that nothing had happened. */
export async function settleImageDeletion(
  domain: StorageDomain,
  { imageId, wipes }: DeleteImageIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<Settled> {
  if ((await world.files.find(domain.paths.image(imageId))) !== undefined) return "undone";
  await removeDoomed(domain, { imageId, wipes }, world, signal);
  return "completed";
}

/**
 * What deletions of others left behind: theirs is no journal that we could read.
 * @param kept images whose deletion our journal knows: they may have to be wiped first
 */
export async function listDoomed(
  { paths }: StorageDomain,
  { files }: Pick<VolumeWorld, "files">,
  kept: readonly ImageId[],
): Promise<readonly string[]> {
  const keptPaths = new Set(kept.map((imageId) => paths.doomedImage(imageId)));
  const doomed = (await files.list(paths.images)).filter((name) => name.startsWith(doomedPrefix));
  return doomed.map((name) => `${paths.images}/${name}`).filter((path) => !keptPaths.has(path));
}

async function removeDoomed(
  domain: StorageDomain,
  { imageId, wipes }: Pick<DeletedImage, "imageId" | "wipes">,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  const doomed = domain.paths.doomedImage(imageId);
  const names = wipes ? await world.files.list(doomed) : [];
  for (const name of names) {
    if (!/\.(meta|lease|new)$/.test(name)) await wipeContent(domain, `${doomed}/${name}`, world, { signal });
  }
  await world.files.remove(doomed);
}

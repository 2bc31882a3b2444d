import { doomedPrefix } from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { DeletedImage } from "../storage.ts";
import type { DeleteImageIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/tasks.ts";
import { wipeIfOurs } from "./delete-volumes.ts";
import { readVolumes, requireUnused, type VolumeWorld } from "./volume-world.ts";

/** From the renaming on the image does not exist; what remains is to free its space. */
export async function deleteImage(
  domain: StorageDomain,
  { domainId, imageId, wipes }: DeletedImage,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  await requireDeletable(domain, imageId, world);
  const intent = { kind: "delete-image", domainId, imageId, wipes } as const;
  await intend(intent);
  const doomed = domain.paths.doomedImage(imageId);
  await world.files.remove(doomed);
  await world.files.rename(domain.paths.image(imageId), doomed);
  await removeDoomed(doomed, wipes, world, signal);
}

export async function requireDeletable(
  domain: StorageDomain,
  imageId: DeletedImage["imageId"],
  world: VolumeWorld,
): Promise<void> {
  const { paths, domainId } = domain;
  if ((await world.files.find(paths.image(imageId)))?.kind !== "directory") {
    throw new StorageError("ImageDoesNotExistInDomain", `there is no image ${imageId} in domain ${domainId}`);
  }
  await requireUnused(world, domain, imageId);
  for (const [volumeId, metadata] of await readVolumes(domain, imageId)) {
    // A volume of ours with a second name: the disk of a VM stands on this template.
    const isOurs = metadata.imageId === imageId;
    const file = await world.files.find(paths.volume(imageId, volumeId));
    if (isOurs && file !== undefined && file.names > 1) {
      throw new StorageError(
        "CannotDeleteSharedVolume",
        `other images stand on volume ${volumeId} of image ${imageId}`,
      );
    }
  }
}

/** Goes on where the image was renamed already; before that nothing had happened. */
export async function settleImageDeletion(
  { paths }: StorageDomain,
  { imageId, wipes }: DeleteImageIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<Settled> {
  if ((await world.files.find(paths.image(imageId))) !== undefined) return "undone";
  await removeDoomed(paths.doomedImage(imageId), wipes, world, signal);
  return "completed";
}

/** Frees what deletions of others left behind: theirs is no journal that we could read. */
export async function removeAllDoomed({ paths }: StorageDomain, { files }: VolumeWorld): Promise<void> {
  for (const name of await files.list(paths.images)) {
    if (name.startsWith(doomedPrefix)) await files.remove(`${paths.images}/${name}`);
  }
}

async function removeDoomed(doomed: string, wipes: boolean, world: VolumeWorld, signal: AbortSignal): Promise<void> {
  const names = wipes ? await world.files.list(doomed) : [];
  for (const name of names) {
    if (!/\.(meta|lease|new)$/.test(name)) await wipeIfOurs(`${doomed}/${name}`, world, signal);
  }
  await world.files.remove(doomed);
}

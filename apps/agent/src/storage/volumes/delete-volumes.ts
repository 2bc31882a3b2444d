import type { VolumeId } from "@yagura/std/ids.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { DeletedVolumes } from "../storage.ts";
import type { DeleteVolumesIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/tasks.ts";
import { promoteParent, removeMetadata, tidyImage } from "./create-volume.ts";
import { planDeletion, type Volumes } from "./volume-chain.ts";
import { readVolumes, requireUnused, type VolumeWorld } from "./volume-world.ts";

export async function deleteVolumes(
  domain: StorageDomain,
  deleted: DeletedVolumes,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const { domainId, imageId, wipes } = deleted;
  await requireUnused(world, domain, imageId);
  const volumeIds = checkDeletion(deleted, await readVolumes(domain, imageId));
  const intent = { kind: "delete-volumes", domainId, imageId, volumeIds, wipes } as const;
  await intend(intent);
  await finishDeletion(domain, intent, world, signal);
}

/** The order from the leaf down. @throws StorageError saying why one of them must stay */
function checkDeletion({ imageId, volumeIds }: DeletedVolumes, volumes: Volumes): VolumeId[] {
  for (const volumeId of volumeIds) {
    const metadata = volumes.get(volumeId);
    if (metadata === undefined) {
      throw new StorageError("VolumeDoesNotExist", `there is no volume ${volumeId} in image ${imageId} to delete`);
    }
    if (metadata.role === "SHARED") {
      throw new StorageError("CannotDeleteSharedVolume", `volume ${volumeId} belongs to a template; delete its image`);
    }
  }
  const plan = planDeletion(volumes, volumeIds);
  if ("hasChildren" in plan) {
    throw new StorageError("VolumeImageHasChildren", `volume ${plan.childId} stands on volume ${plan.hasChildren}`);
  }
  return [...plan.order];
}

/** Finishes a deletion that did not end, unless somebody has come to use what is left of the image: he keeps it. */
export async function settleVolumesDeletion(
  domain: StorageDomain,
  intent: DeleteVolumesIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<Settled> {
  if (await world.prepared.has(domain.domainId, intent.imageId)) return "undone";
  await finishDeletion(domain, intent, world, signal);
  return "completed";
}

/** Deletes what of it is still there. The mark ILLEGAL comes first: nobody starts a guest on half a chain. */
async function finishDeletion(
  domain: StorageDomain,
  { imageId, volumeIds, wipes }: DeleteVolumesIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  for (const volumeId of volumeIds) {
    const metadata = await domain.findVolume(imageId, volumeId);
    if (metadata === undefined) continue;
    const path = domain.paths.volume(imageId, volumeId);
    await domain.writeVolume(imageId, volumeId, { ...metadata, legality: "ILLEGAL" });
    if (wipes) await wipeIfOurs(path, world, signal);
    await world.files.remove(path);
    if (metadata.parentId !== undefined) await promoteParent(domain, imageId, metadata.parentId, volumeId);
    // Last: a repetition knows by it that something is left to do.
    await removeMetadata(domain, imageId, volumeId, world);
  }
  await tidyImage(domain, imageId, world);
}

/** A file with a second name is a template's, and others stand on its bytes. */
export async function wipeIfOurs(path: string, { files }: VolumeWorld, signal: AbortSignal): Promise<void> {
  const found = await files.find(path);
  if (found?.kind === "file" && found.names === 1) await files.wipe(path, signal);
}

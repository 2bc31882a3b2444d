import type { VolumeId } from "@yagura/std/ids.ts";
import { nextGeneration } from "@yagura/storage-format";
import type { DeletedVolumes, VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { DeleteVolumesIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { promoteParent, removeMetadata, tidyImage } from "./tidy-image.ts";
import { planDeletion, type Volumes } from "./volume-chain.ts";
import { wipeContent } from "./volume-content.ts";
import { holdForRemoval } from "./volume-record.ts";
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
  // A job that runs on another host keeps its volume (651).
  const keys = volumeIds.map((volumeId) => ({ domainId, imageId, volumeId }));
  await holdForRemoval(domain, keys, world, async () => undefined);
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

/** Deletes what of it is still there. */
async function finishDeletion(
  domain: StorageDomain,
  { domainId, imageId, volumeIds, wipes }: DeleteVolumesIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  for (const volumeId of volumeIds) {
    const parentId = await markDoomed(domain, { domainId, imageId, volumeId }, world);
    if (parentId === "gone") continue;
    const path = domain.paths.volume(imageId, volumeId);
    if (wipes) await wipeContent(domain, path, world, { signal });
    await world.files.remove(path);
    if (parentId !== undefined) await promoteParent(domain, imageId, parentId, world, volumeId);
    await removeMetadata(domain, imageId, volumeId, world);
  }
  await tidyImage(domain, imageId, world);
}

/**
 * ILLEGAL: nobody starts a guest on half a chain. Of another generation: a job that was asked for before finds that it comes
 * too late. Under the lease: a job that runs on another host keeps the volume (651).
 */
async function markDoomed(
  domain: StorageDomain,
  key: VolumeKey,
  world: VolumeWorld,
): Promise<VolumeId | undefined | "gone"> {
  const { imageId, volumeId } = key;
  return holdForRemoval(domain, [key], world, async () => {
    const metadata = await domain.findVolume(imageId, volumeId);
    if (metadata === undefined) return "gone";
    const generation = nextGeneration(metadata.generation);
    await domain.writeVolume(imageId, volumeId, { ...metadata, legality: "ILLEGAL", generation });
    return metadata.parentId;
  });
}

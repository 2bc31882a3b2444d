import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { NewVolume } from "../storage.ts";
import type { CreateVolumeIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/tasks.ts";
import { type NewVolumePlan, planNewVolume } from "./plan-new-volume.ts";
import { childrenOf } from "./volume-chain.ts";
import { qemuFormat, readVolumes, type VolumeWorld } from "./volume-world.ts";

/** What would be done now; throws when the volume cannot be made. */
export async function readNewVolumePlan(
  domain: StorageDomain,
  volume: NewVolume,
  { clock }: VolumeWorld,
): Promise<NewVolumePlan> {
  const { parent, imageId } = volume;
  return planNewVolume(volume, {
    volumes: await readVolumes(domain, imageId),
    ...(parent !== undefined &&
      parent.imageId !== imageId && { templateVolumes: await readVolumes(domain, parent.imageId) }),
    nowSeconds: Math.floor(clock.nowMs() / 1000),
  });
}

/** The volume is ILLEGAL until its bytes are there, and its parent a leaf until it can be stood on. */
export async function createVolume(
  domain: StorageDomain,
  volume: NewVolume,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const plan = await readNewVolumePlan(domain, volume, world);
  const { domainId, imageId, volumeId } = volume;
  const { demotedParentId } = plan;
  await intend({
    kind: "create-volume",
    domainId,
    imageId,
    volumeId,
    ...(demotedParentId !== undefined && { demotedParentId }),
  });
  await beginVolume(domain, volume, plan, world);
  await createContent(domain, volume, plan, world, signal);
  if (demotedParentId !== undefined && plan.parent !== undefined) {
    await domain.writeVolume(imageId, demotedParentId, { ...plan.parent.metadata, role: "INTERNAL" });
  }
  signal.throwIfAborted();
  await domain.writeVolume(imageId, volumeId, plan.metadata);
}

/** The image's directory with what the volume stands on, and its metadata: illegal. */
export async function beginVolume(
  domain: StorageDomain,
  { imageId, volumeId, parent }: Pick<NewVolume, "imageId" | "volumeId" | "parent">,
  plan: Pick<NewVolumePlan, "metadata" | "links">,
  { files }: VolumeWorld,
): Promise<void> {
  const { paths } = domain;
  await files.makeDirectory(paths.image(imageId));
  if (parent !== undefined) {
    for (const linked of plan.links) {
      // The metadata last: a volume is there when its metadata is. What lies there without was left by a crash.
      await files.remove(paths.volume(imageId, linked));
      await files.hardLink(paths.volume(parent.imageId, linked), paths.volume(imageId, linked));
      await files.hardLink(paths.volumeMetadata(parent.imageId, linked), paths.volumeMetadata(imageId, linked));
    }
  }
  await files.remove(paths.volume(imageId, volumeId));
  await domain.writeVolume(imageId, volumeId, { ...plan.metadata, legality: "ILLEGAL" });
}

async function createContent(
  { paths }: StorageDomain,
  { imageId, volumeId }: NewVolume,
  { metadata, parent }: NewVolumePlan,
  { files, qemuImg }: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  const path = paths.volume(imageId, volumeId);
  const isPreallocated = metadata.allocation === "PREALLOCATED";
  try {
    if (metadata.format === "RAW" && !isPreallocated) {
      await files.createSparse(path, metadata.capacityBytes);
      return;
    }
    const backing = parent && { name: parent.volumeId, format: qemuFormat(parent.metadata.format) };
    await qemuImg.create(
      {
        path,
        format: qemuFormat(metadata.format),
        sizeBytes: metadata.capacityBytes,
        isPreallocated,
        ...(backing !== undefined && { backing }),
      },
      signal,
    );
    await files.adopt(path, "volume");
  } catch (cause) {
    signal.throwIfAborted();
    throw new StorageError("VolumeCreationError", `cannot create the file of volume ${volumeId}`, { cause });
  }
}

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
  if (await isInService(domain, intent)) return "completed";
  const { paths } = domain;
  await world.files.remove(paths.volume(imageId, volumeId));
  await removeMetadata(domain, imageId, volumeId, world);
  if (demotedParentId !== undefined) await promoteParent(domain, imageId, demotedParentId);
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

export async function removeMetadata(
  { paths }: StorageDomain,
  imageId: ImageId,
  volumeId: VolumeId,
  { files }: VolumeWorld,
): Promise<void> {
  const path = paths.volumeMetadata(imageId, volumeId);
  await files.remove(paths.volumeLease(imageId, volumeId));
  await files.remove(`${path}.new`);
  await files.remove(path);
}

/** A volume on which nothing stands any more, but perhaps one that is about to go, is the leaf. */
export async function promoteParent(
  domain: StorageDomain,
  imageId: ImageId,
  parentId: VolumeId,
  goingId?: VolumeId,
): Promise<void> {
  const volumes = await readVolumes(domain, imageId);
  const parent = volumes.get(parentId);
  const isStoodOn = childrenOf(volumes, parentId).some((childId) => childId !== goingId);
  if (parent?.role !== "INTERNAL" || isStoodOn) return;
  await domain.writeVolume(imageId, parentId, { ...parent, role: "LEAF" });
}

/** An image without a volume of its own has no need of its template's, nor of a directory. */
export async function tidyImage(domain: StorageDomain, imageId: ImageId, { files }: VolumeWorld): Promise<void> {
  const volumes = await readVolumes(domain, imageId);
  if ([...volumes.values()].some((metadata) => metadata.imageId === imageId)) return;
  await files.remove(domain.paths.image(imageId));
}

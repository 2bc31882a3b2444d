import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { NewVolume } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { RunningTask } from "../tasks/task.ts";
import { type NewVolumePlan, planNewVolume } from "./plan-new-volume.ts";
import { createContent } from "./volume-content.ts";
import { changeRecord } from "./volume-record.ts";
import { readVolumes, type VolumeWorld } from "./volume-world.ts";

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
  await fill(domain, volume, plan, world, signal);
  if (demotedParentId !== undefined) {
    const parent = { domainId, imageId, volumeId: demotedParentId };
    await changeRecord(domain, parent, world, (metadata) => ({ ...metadata, role: "INTERNAL" }));
  }
  signal.throwIfAborted();
  await domain.writeVolume(imageId, volumeId, plan.metadata);
}

/** The image's directory with what the volume stands on, its lease, and its metadata: illegal. */
export async function beginVolume(
  domain: StorageDomain,
  { imageId, volumeId, parent }: Pick<NewVolume, "imageId" | "volumeId" | "parent">,
  plan: Pick<NewVolumePlan, "metadata" | "links">,
  { files, leases }: VolumeWorld,
): Promise<void> {
  const { paths } = domain;
  await files.makeDirectory(paths.image(imageId));
  if (parent !== undefined) {
    for (const linkedId of plan.links) await linkVolume(domain, { ...parent, volumeId: linkedId }, imageId, files);
  }
  await files.remove(paths.volume(imageId, volumeId));
  // Before the metadata, with which the volume is there: whoever sees it finds the lease that protects it.
  await leases.make(domain, imageId, volumeId);
  await domain.writeVolume(imageId, volumeId, { ...plan.metadata, legality: "ILLEGAL" });
}

/** Gives a template's volume a second name, in the image of a disk that stands on it. */
async function linkVolume(
  { paths }: StorageDomain,
  { imageId, volumeId }: { readonly imageId: ImageId; readonly volumeId: VolumeId },
  targetId: ImageId,
  files: StorageFiles,
): Promise<void> {
  // The metadata last: a volume is there when its metadata is. What lies there without was left by a crash.
  for (const path of [paths.volume, paths.volumeLease, paths.volumeMetadata]) {
    const [existing, link] = [path(imageId, volumeId), path(targetId, volumeId)];
    // On a local domain there is no lease.
    if (path === paths.volumeLease && (await files.find(existing)) === undefined) continue;
    await files.remove(link);
    await files.hardLink(existing, link);
  }
}

async function fill(
  domain: StorageDomain,
  volume: NewVolume,
  { metadata, parent }: NewVolumePlan,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  try {
    const content = { metadata, ...(parent !== undefined && { parent: parent.metadata }) };
    await createContent(domain, volume, content, world, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new StorageError("VolumeCreationError", `cannot create the file of volume ${volume.volumeId}`, { cause });
  }
}

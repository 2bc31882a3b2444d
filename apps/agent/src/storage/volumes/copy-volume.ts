import type { VolumeMetadata } from "@yagura/storage-format";
import type { VolumeCopy } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { RunningTask } from "../tasks/task.ts";
import { beginVolume } from "./create-volume.ts";
import { readLegalChain } from "./prepare-image.ts";
import { copyContent, createContent } from "./volume-content.ts";
import type { VolumeWorld } from "./volume-world.ts";

export interface CopyDomains {
  readonly source: StorageDomain;
  readonly target: StorageDomain;
}

/** Copies what a guest would see of the source into a volume that stands on nothing. */
export async function copyVolume(
  domains: CopyDomains,
  copy: VolumeCopy,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const { source, target } = copy;
  const { metadata, sourceFormat } = await planCopy(domains, copy, world);
  const { domainId, imageId, volumeId } = target;
  await intend({ kind: "create-volume", domainId, imageId, volumeId });
  await beginVolume(domains.target, target, { metadata, links: [] }, world);
  const content = { metadata };
  try {
    await createContent(domains.target, target, content, world, { signal });
    await copyContent(
      { domain: domains.source, key: source, format: sourceFormat },
      { domain: domains.target, key: target, content },
      { holds: "zeroes" },
      world,
      { signal },
    );
  } catch (cause) {
    signal.throwIfAborted();
    throw new StorageError("VolumeCopyError", `cannot copy volume ${source.volumeId} to ${volumeId}`, { cause });
  }
  signal.throwIfAborted();
  await domains.target.writeVolume(imageId, volumeId, metadata);
}

/** @throws StorageError when the source cannot be read or the target is there */
export async function planCopy(
  { source, target }: CopyDomains,
  copy: VolumeCopy,
  { clock }: VolumeWorld,
): Promise<{ readonly metadata: VolumeMetadata; readonly sourceFormat: VolumeMetadata["format"] }> {
  const { domainId, imageId, volumeId } = copy.target;
  const chain = await readLegalChain(source, copy.source);
  const top = chain.at(-1)?.[1];
  if (top === undefined || (await target.findVolume(imageId, volumeId)) !== undefined) {
    throw new StorageError("VolumeAlreadyExists", `volume ${volumeId} exists already in image ${imageId}`);
  }
  return {
    sourceFormat: top.format,
    metadata: {
      domainId,
      imageId,
      capacityBytes: top.capacityBytes,
      format: copy.format,
      allocation: copy.allocation,
      role: copy.role,
      legality: "LEGAL",
      diskType: top.diskType,
      description: copy.description,
      createdSeconds: Math.floor(clock.nowMs() / 1000),
      generation: 0,
      sequence: 1,
      foreign: new Map(),
    },
  };
}

import type { VolumeMetadata } from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { VolumeCopy } from "../storage.ts";
import type { RunningTask } from "../tasks/tasks.ts";
import { beginVolume } from "./create-volume.ts";
import { readLegalChain } from "./prepare-image.ts";
import { qemuFormat, type VolumeWorld } from "./volume-world.ts";

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
  const path = domains.target.paths.volume(imageId, volumeId);
  const isPreallocated = copy.allocation === "PREALLOCATED";
  try {
    await world.qemuImg.convert(
      {
        from: { path: domains.source.paths.volume(source.imageId, source.volumeId), format: sourceFormat },
        to: { path, format: qemuFormat(copy.format), isPreallocated },
        capacityBytes: metadata.capacityBytes,
      },
      signal,
    );
    await world.files.adopt(path, "volume");
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
): Promise<{ readonly metadata: VolumeMetadata; readonly sourceFormat: "raw" | "qcow2" }> {
  const { domainId, imageId, volumeId } = copy.target;
  const chain = await readLegalChain(source, copy.source);
  const top = chain.at(-1)?.[1];
  if (top === undefined || (await target.findVolume(imageId, volumeId)) !== undefined) {
    throw new StorageError("VolumeAlreadyExists", `volume ${volumeId} exists already in image ${imageId}`);
  }
  return {
    sourceFormat: qemuFormat(top.format),
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

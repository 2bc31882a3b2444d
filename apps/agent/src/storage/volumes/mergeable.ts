import type { VolumeMetadata } from "@yagura/storage-format";
import type { Subchain } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Volumes } from "./volume-chain.ts";
import { readVolumes } from "./volume-world.ts";

export interface Mergeable {
  readonly base: VolumeMetadata;
  readonly top: VolumeMetadata;
  readonly volumes: Volumes;
}

/** Two volumes of one image, one directly on the other. @throws StorageError 201, 219 or 262 */
export async function readMergeable(domain: StorageDomain, { imageId, baseId, topId }: Subchain): Promise<Mergeable> {
  const volumes = await readVolumes(domain, imageId);
  const [base, top] = [volumes.get(baseId), volumes.get(topId)];
  if (base === undefined || top === undefined) {
    const missing = base === undefined ? baseId : topId;
    throw new StorageError("VolumeDoesNotExist", `there is no volume ${missing} in image ${imageId} to merge`);
  }
  if (top.parentId !== baseId) {
    throw new StorageError("ImageIsNotLegalChain", `volume ${topId} does not stand on ${baseId}`);
  }
  if (base.role === "SHARED" || top.role === "SHARED" || base.imageId !== imageId) {
    throw new StorageError("SharedVolumeNonWritable", `volume ${baseId} or ${topId} is a template's`);
  }
  return { base, top, volumes };
}

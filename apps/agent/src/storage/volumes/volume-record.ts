/** The record of a volume is read and written by one at a time: whoever holds its lease, on whatever host. */
import { nextGeneration, type VolumeMetadata } from "@yagura/storage-format";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { getVolume, type VolumeWorld } from "./volume-world.ts";

/** Reads, changes and writes the record of a volume. @throws StorageError 201, or 651 while another host works on the volume */
export async function changeRecord(
  domain: StorageDomain,
  key: VolumeKey,
  { leases }: Pick<VolumeWorld, "leases">,
  change: (metadata: VolumeMetadata) => VolumeMetadata,
): Promise<void> {
  await leases.hold([{ domain, key }], async () => {
    await domain.writeVolume(key.imageId, key.volumeId, change(await getVolume(domain, key)));
  });
}

/**
 * Holds the leases of volumes that are about to go, so that no job of another host works on them. One whose removal had begun
 * has no lease any more, and nobody can hold it. The leases themselves must stay where they are meanwhile.
 */
export async function holdForRemoval<Result>(
  domain: StorageDomain,
  keys: readonly VolumeKey[],
  { leases, files }: Pick<VolumeWorld, "leases" | "files">,
  work: () => Promise<Result>,
): Promise<Result> {
  const leased: { domain: StorageDomain; key: VolumeKey }[] = [];
  for (const key of keys) {
    const lease = await files.find(domain.paths.volumeLease(key.imageId, key.volumeId));
    if (lease !== undefined) leased.push({ domain, key });
  }
  return leased.length === 0 ? work() : leases.hold(leased, work);
}

export interface VolumeOperation {
  readonly key: VolumeKey;
  /** The generation that the caller knows; without it any will do. */
  readonly generation?: number | undefined;
  /** Whether the content means nothing until the work is done. */
  readonly isUnsafe: boolean;
}

/**
 * The rule for whatever changes one volume, on any host: under its lease the generation is compared, the volume marked
 * ILLEGAL, worked on, and marked LEGAL with the next generation in one write. So a Manager that lost the answer may ask
 * again: what was done is refused for its old generation, what was not is done now, and what was interrupted is ILLEGAL.
 * vdsm fd4b0df lib/vdsm/storage/volume.py operation
 * @throws StorageError 911 with both generations; 651 while another host works on the volume
 */
export async function operateOnVolume(
  domain: StorageDomain,
  { key, generation, isUnsafe }: VolumeOperation,
  { leases }: Pick<VolumeWorld, "leases">,
  work: (metadata: VolumeMetadata) => Promise<Partial<VolumeMetadata> | undefined>,
): Promise<void> {
  const { imageId, volumeId } = key;
  await leases.hold([{ domain, key }], async () => {
    const metadata = await getVolume(domain, key);
    requireGeneration(key, metadata, generation);
    if (isUnsafe) await domain.writeVolume(imageId, volumeId, { ...metadata, legality: "ILLEGAL" });
    const differs = await work(metadata);
    await domain.writeVolume(imageId, volumeId, {
      ...metadata,
      ...(isUnsafe && { legality: "LEGAL" }),
      generation: nextGeneration(metadata.generation),
      ...differs,
    });
  });
}

export function requireGeneration(
  { volumeId }: VolumeKey,
  metadata: VolumeMetadata,
  generation: number | undefined,
): void {
  if (generation === undefined || generation === metadata.generation) return;
  throw new StorageError(
    "GenerationMismatch",
    `volume ${volumeId} is of generation ${metadata.generation}, asked for was ${generation}`,
  );
}

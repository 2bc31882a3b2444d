import { nextGeneration, type VolumeMetadata } from "@yagura/storage-format";
import type { VolumeAttributes, VolumeVersion } from "../contract/jobs.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { operateOnVolume } from "../volumes/volume-record.ts";
import type { VolumeWorld } from "../volumes/volume-world.ts";

const GENERATION_MAX = 999;

/** Changes the record of a volume, in one write. */
export async function updateVolume(
  domain: StorageDomain,
  { generation, ...key }: VolumeVersion,
  attributes: VolumeAttributes,
  world: VolumeWorld,
): Promise<void> {
  await operateOnVolume(domain, { key, generation, isUnsafe: false }, world, async (metadata) =>
    planUpdate(metadata, attributes),
  );
}

/**
 * What becomes of a record. Pure. vdsm fd4b0df lib/vdsm/storage/volume.py update_attributes
 * @throws StorageError 235 saying why it may not
 */
export function planUpdate(metadata: VolumeMetadata, attributes: VolumeAttributes): Partial<VolumeMetadata> {
  const { legality, description, generation, role } = attributes;
  if (legality === undefined && description === undefined && generation === undefined && role === undefined) {
    throw new StorageError("InvalidVolumeUpdate", "there is nothing to change");
  }
  if (role !== undefined && (role !== "SHARED" || metadata.role !== "LEAF" || metadata.parentId !== undefined)) {
    const what = metadata.parentId === undefined ? metadata.role : `${metadata.role} on another volume`;
    throw new StorageError("InvalidVolumeUpdate", `a volume that is ${what} does not become ${role}`);
  }
  if (legality !== undefined && legality === metadata.legality) {
    throw new StorageError("InvalidVolumeUpdate", `the volume is ${legality} already`);
  }
  if (generation !== undefined && !(Number.isInteger(generation) && generation >= 0 && generation <= GENERATION_MAX)) {
    throw new StorageError("InvalidVolumeUpdate", `there is no generation ${generation}`);
  }
  return {
    generation: generation ?? nextGeneration(metadata.generation),
    ...(legality !== undefined && { legality }),
    ...(description !== undefined && { description }),
    ...(role !== undefined && { role }),
  };
}

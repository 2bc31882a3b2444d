import type { VolumeMetadata } from "@yagura/storage-format";
import type { DataCopy } from "../contract/jobs.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Watched } from "../tools/qemu-img.ts";
import { readLegalChain } from "../volumes/prepare-image.ts";
import { copyContent, createContent, type VolumeContent } from "../volumes/volume-content.ts";
import { operateOnVolume } from "../volumes/volume-record.ts";
import { getVolume, requireUnused, type VolumeWorld } from "../volumes/volume-world.ts";

/**
 * Replaces the content of a volume by that of another one. A destination that stands on nothing gets all that a guest sees of
 * the source; one that stands on a volume gets the source's topmost layer. Whatever an interrupted copy left is written anew.
 * Moving a chain to another domain is this for each of its volumes, from the base up.
 */
export async function copyData(
  domains: { readonly source: StorageDomain; readonly destination: StorageDomain },
  { source, destination }: DataCopy,
  world: VolumeWorld,
  watched: Watched,
): Promise<void> {
  const operation = { key: destination, generation: destination.generation, isUnsafe: true };
  const from = (await readLegalChain(domains.source, source)).at(-1)?.[1];
  if (from === undefined) throw new StorageError("VolumeDoesNotExist", `there is no volume ${source.volumeId}`);
  await requireFillable(domains.destination, { source, destination }, from, world);
  await operateOnVolume(domains.destination, operation, world, async (metadata) => {
    const content: VolumeContent = { metadata, ...(await readParent(domains.destination, destination, metadata)) };
    try {
      const isNew = await begin(domains.destination, { source, destination }, content, world, watched);
      await copyContent(
        { domain: domains.source, key: source, format: from.format },
        { domain: domains.destination, key: destination, content },
        { holds: isNew ? "zeroes" : "anything" },
        world,
        watched,
      );
    } catch (cause) {
      watched.signal.throwIfAborted();
      throw new StorageError(
        "VolumeCopyError",
        `cannot copy volume ${source.volumeId} to ${destination.volumeId}, which stays illegal`,
        { cause },
      );
    }
    watched.signal.throwIfAborted();
    return undefined;
  });
}

/** Before anything is changed. */
async function requireFillable(
  domain: StorageDomain,
  { source, destination }: DataCopy,
  from: VolumeMetadata,
  world: VolumeWorld,
): Promise<void> {
  const metadata = await getVolume(domain, destination);
  if (source.domainId === destination.domainId && source.volumeId === destination.volumeId) {
    throw new StorageError("InvalidParameter", `volume ${source.volumeId} would be copied onto itself`);
  }
  // An inner volume may be filled: to move a chain, its structure is made first. That it is the new one, the generation says.
  if (metadata.role === "SHARED") {
    throw new StorageError("SharedVolumeNonWritable", `volume ${destination.volumeId} belongs to a template`);
  }
  await requireUnused(world, domain, destination.imageId);
  if (metadata.capacityBytes < from.capacityBytes) {
    throw new StorageError(
      "InvalidParameter",
      `volume ${destination.volumeId} has ${metadata.capacityBytes} bytes, too few for ${from.capacityBytes}`,
    );
  }
}

/** Empties the destination, unless its blocks were allocated for it: those are overwritten. Says whether it reads as zeroes. */
async function begin(
  domain: StorageDomain,
  { destination }: DataCopy,
  content: VolumeContent,
  world: VolumeWorld,
  watched: Watched,
): Promise<boolean> {
  const path = domain.paths.volume(destination.imageId, destination.volumeId);
  const { format, allocation } = content.metadata;
  const isThere = (await world.files.find(path)) !== undefined;
  if (isThere && format === "RAW" && allocation === "PREALLOCATED") return false;
  await world.files.remove(path);
  await createContent(domain, destination, content, world, { signal: watched.signal });
  return true;
}

async function readParent(
  domain: StorageDomain,
  { imageId }: DataCopy["destination"],
  { parentId }: VolumeMetadata,
): Promise<Pick<VolumeContent, "parent">> {
  if (parentId === undefined) return {};
  return { parent: await getVolume(domain, { domainId: domain.domainId, imageId, volumeId: parentId }) };
}

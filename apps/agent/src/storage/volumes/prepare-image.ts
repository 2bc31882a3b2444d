import type { PreparedImage, PrepareOptions } from "../contract/images.ts";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { type ChainedVolume, chainOf } from "./volume-chain.ts";
import { readVolumes, requireWritable, type VolumeWorld } from "./volume-world.ts";

export async function prepareImage(
  domain: StorageDomain,
  volume: VolumeKey,
  { files, prepared }: VolumeWorld,
  options: PrepareOptions = {},
): Promise<PreparedImage> {
  const { domainId, imageId, volumeId } = volume;
  const { paths } = domain;
  const chain = await readLegalChain(domain, volume, options);
  const top = chain.at(-1)?.[1];
  if (options.isToBeWritten === true && top !== undefined) await requireWritable(domain, volume, top);
  for (const [id] of chain) {
    if ((await files.find(paths.volume(imageId, id)))?.kind !== "file") {
      throw new StorageError("VolumeDoesNotExist", `the file of volume ${id} of image ${imageId} is missing`);
    }
  }
  await prepared.add(domainId, imageId, paths.image(imageId));
  return {
    path: paths.volume(imageId, volumeId),
    kind: "file",
    format: top?.format ?? "RAW",
    chain: chain.map(([id, { format }]) => ({
      domainId,
      imageId,
      volumeId: id,
      path: paths.volume(imageId, id),
      format,
    })),
  };
}

/**
 * From the base up to the volume.
 * @throws StorageError when a part is missing (201), the chain bites its tail (262), or a part is not legal (227)
 */
export async function readLegalChain(
  domain: StorageDomain,
  { imageId, volumeId }: VolumeKey,
  { allowsIllegal = false }: PrepareOptions = {},
): Promise<readonly ChainedVolume[]> {
  const chain = chainOf(await readVolumes(domain, imageId), volumeId);
  if ("broken" in chain) {
    const what = `the chain of volume ${volumeId} in image ${imageId}`;
    if (chain.broken === "loop") throw new StorageError("ImageIsNotLegalChain", `${what} never ends`);
    throw new StorageError("VolumeDoesNotExist", `${what} lacks volume ${chain.volumeId}`);
  }
  const illegal = chain.volumes.find(([, { legality }]) => legality === "ILLEGAL");
  if (illegal !== undefined && !allowsIllegal) {
    throw new StorageError("CannotPrepareIllegalVolume", `volume ${illegal[0]} of image ${imageId} is not legal`);
  }
  return chain.volumes;
}

import type { MeasureOptions, VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Measured } from "../tools/qemu-img.ts";
import { readLegalChain } from "./prepare-image.ts";
import { qemuFormat, type VolumeWorld } from "./volume-world.ts";

/** How many bytes a file with the volume's content would have. Of a volume in use it is an estimate. */
export async function measureVolume(
  domain: StorageDomain,
  volume: VolumeKey,
  { format, chain = "all", baseId }: MeasureOptions,
  { qemuImg }: VolumeWorld,
  signal: AbortSignal,
): Promise<number> {
  const { imageId, volumeId } = volume;
  const volumes = await readLegalChain(domain, volume, { allowsIllegal: true });
  const [top, below] = [volumes.at(-1)?.[1], volumes.at(-2)];
  let measured: Measured["chain"] = chain;
  if (chain === "all" && baseId !== undefined) {
    if (below === undefined || below[0] !== baseId) {
      throw new StorageError("InvalidParameter", `volume ${volumeId} does not stand on ${baseId}`);
    }
    measured = { path: domain.paths.volume(imageId, below[0]), format: qemuFormat(below[1].format) };
  }
  return qemuImg.measure(
    {
      path: domain.paths.volume(imageId, volumeId),
      format: qemuFormat(top?.format ?? "RAW"),
      targetFormat: qemuFormat(format),
      chain: measured,
    },
    signal,
  );
}

import type { Readable } from "node:stream";
import type { DownloadOptions } from "../contract/images.ts";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { readStream } from "../files/read-stream.ts";
import { getVolumeSize } from "./volume-info.ts";
import { getVolume, type VolumeWorld } from "./volume-world.ts";

/** The bytes of the volume's own file; what lies below it in the chain is not among them. */
export async function openDownload(
  domain: StorageDomain,
  volume: VolumeKey,
  { files }: VolumeWorld,
  { lengthBytes, signal }: DownloadOptions = {},
): Promise<{ readonly body: Readable; readonly lengthBytes: number }> {
  const { imageId, volumeId } = volume;
  const { legality } = await getVolume(domain, volume);
  if (legality === "ILLEGAL") {
    throw new StorageError("CannotPrepareIllegalVolume", `volume ${volumeId} is not legal, its bytes mean nothing`);
  }
  const { apparentBytes } = await getVolumeSize(domain, volume, files);
  const wanted = Math.min(lengthBytes ?? apparentBytes, apparentBytes);
  if (!Number.isSafeInteger(wanted) || wanted <= 0) {
    throw new StorageError("InvalidParameter", `${lengthBytes} bytes of volume ${volumeId}`);
  }
  const path = domain.paths.volume(imageId, volumeId);
  return {
    lengthBytes: wanted,
    body: await readStream(path, wanted, signal),
  };
}

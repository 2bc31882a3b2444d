import type { VolumeMetadata } from "@yagura/storage-format";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { QemuImageInfo } from "../tools/qemu-img-output.ts";
import { getVolume, qemuFormat, type VolumeWorld } from "./volume-world.ts";

/**
 * Whoever sent the bytes of an image may have put another file of this host behind it. Everything that QEMU would follow
 * must be what the metadata says; raw bytes have nothing to follow, since they are never probed.
 * @throws StorageError 484
 */
export async function verifyVolume(domain: StorageDomain, volume: VolumeKey, world: VolumeWorld): Promise<void> {
  const metadata = await getVolume(domain, volume);
  if (metadata.format === "RAW") return;
  const signal = AbortSignal.timeout(60_000);
  const reason = explainDistrust(metadata, await readQemuImageInfo(domain, volume, metadata, world, signal));
  if (reason !== undefined) {
    throw new StorageError("ImageVerificationError", `volume ${volume.volumeId} is not to be trusted: ${reason}`);
  }
}

/** Why an image must not be opened by QEMU; `undefined` when it may. Pure. */
export function explainDistrust(metadata: VolumeMetadata, image: QemuImageInfo): string | undefined {
  if (image.hasDataFile) return "its data are in another file";
  if (image.isEncrypted) return "it is encrypted";
  if (image.backingName !== metadata.parentId) {
    return `it stands on ${image.backingName ?? "nothing"}, the metadata say on ${metadata.parentId ?? "nothing"}`;
  }
  if (image.backingName !== undefined && image.backingFormat === undefined)
    return "the format below it would be guessed";
  if (image.virtualBytes > metadata.capacityBytes) {
    return `it claims ${image.virtualBytes} bytes, the volume has ${metadata.capacityBytes}`;
  }
  return undefined;
}

export async function readQemuImageInfo(
  domain: StorageDomain,
  { imageId, volumeId }: VolumeKey,
  { format }: VolumeMetadata,
  { qemuImg }: VolumeWorld,
  signal: AbortSignal,
): Promise<QemuImageInfo> {
  try {
    return await qemuImg.info(domain.paths.volume(imageId, volumeId), qemuFormat(format), signal);
  } catch (cause) {
    throw new StorageError("ImageVerificationError", `cannot read the image in volume ${volumeId}`, { cause });
  }
}

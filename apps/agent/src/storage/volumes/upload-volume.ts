import type { Readable } from "node:stream";
import { MiB } from "@yagura/std/units.ts";
import { AgentError } from "../../errors.ts";
import type { UploadOptions } from "../contract/images.ts";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { writeStream } from "../files/write-stream.ts";
import { verifyVolume } from "./verify-volume.ts";
import { operateOnVolume } from "./volume-record.ts";
import { getVolume, requireUnused, requireWritable, type VolumeWorld } from "./volume-world.ts";

/** What qcow2 may need besides the content: tables in proportion, and some of fixed size. */
const COW_OVERHEAD = 1.1;
const COW_FIXED_BYTES = MiB;

/**
 * Replaces the content of a leaf. ILLEGAL from before the first byte until after the last; an upload that fails in
 * between leaves it so, and may be repeated.
 */
export async function uploadVolume(
  domain: StorageDomain,
  volume: VolumeKey,
  body: Readable,
  world: VolumeWorld,
  { lengthBytes, signal = new AbortController().signal }: UploadOptions,
): Promise<void> {
  const { imageId, volumeId } = volume;
  await requireUploadable(domain, volume, lengthBytes, world);
  await operateOnVolume(domain, { key: volume, isUnsafe: true }, world, async (metadata) => {
    try {
      await writeStream(body, {
        path: domain.paths.volume(imageId, volumeId),
        lengthBytes,
        fileBytes: metadata.format === "RAW" ? Math.max(metadata.capacityBytes, lengthBytes) : lengthBytes,
        keepsBlocks: metadata.allocation === "PREALLOCATED" && metadata.format === "RAW",
        signal,
      });
      await verifyVolume(domain, volume, world);
    } catch (cause) {
      if (cause instanceof AgentError) throw cause;
      throw new StorageError("UploadFailed", `cannot write the content of volume ${volumeId}; it stays illegal`, {
        cause,
      });
    }
    return undefined;
  });
}

async function requireUploadable(
  domain: StorageDomain,
  volume: VolumeKey,
  lengthBytes: number,
  world: VolumeWorld,
): Promise<void> {
  const { imageId, volumeId } = volume;
  const metadata = await getVolume(domain, volume);
  await requireWritable(domain, volume, metadata);
  await requireUnused(world, domain, imageId);
  const bytesMax =
    metadata.format === "RAW"
      ? metadata.capacityBytes
      : Math.ceil(metadata.capacityBytes * COW_OVERHEAD) + COW_FIXED_BYTES;
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes <= 0 || lengthBytes > bytesMax) {
    throw new StorageError(
      "InvalidParameter",
      `${lengthBytes} bytes cannot be the content of volume ${volumeId} (at most ${bytesMax})`,
    );
  }
}

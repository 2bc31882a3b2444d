import { findId, type ImageId, type VolumeId } from "@yagura/std/ids.ts";
import { ProgramFailed, runProgram } from "@yagura/std/run-program.ts";
import {
  type DomainPaths,
  decodeLeaseRecord,
  METADATA_FILE_BYTES_MAX,
  parseVolumeMetadata,
} from "@yagura/storage-format";
import type { FileFacts, Found, ImageSnapshot, NamedFile, VolumeSnapshot } from "../snapshot.ts";
import { decodeQcow2Header, QCOW2_HEADER_BYTES_MAX, type Qcow2Header } from "./qcow2-header.ts";
import { listFiles, readBytes, readFound } from "./read-file.ts";

interface ImageReadOptions {
  readonly checksContents?: boolean;
  readonly signal?: AbortSignal;
}

const LEASE_BYTES_READ = 256 * 1024;
const CHECK_MS = 60 * 60_000;
/** What `qemu-img check` ends with: 2 for damage, 3 for space that is lost and nothing worse. */
const DAMAGED_CODE = 2;
const LEAKS_CODE = 3;
const NOT_SUPPORTED_CODE = 63;

export async function readImage(
  paths: DomainPaths,
  imageId: ImageId,
  directory: FileFacts,
  options: ImageReadOptions,
): Promise<ImageSnapshot> {
  const files = await listFiles(paths.image(imageId));
  const byVolume = Map.groupBy(files, ({ name }) => findId<VolumeId>(name.replace(/\.(meta|lease)$/, "")));
  const volumes: VolumeSnapshot[] = [];
  for (const [volumeId, own] of byVolume) {
    if (volumeId !== undefined) volumes.push(await readVolume(paths, { imageId, volumeId }, own, options));
  }
  return { imageId, directory, volumes, others: byVolume.get(undefined) ?? [] };
}

async function readVolume(
  paths: DomainPaths,
  { imageId, volumeId }: { readonly imageId: ImageId; readonly volumeId: VolumeId },
  files: readonly NamedFile[],
  options: ImageReadOptions,
): Promise<VolumeSnapshot> {
  const named = (suffix: string): FileFacts | undefined => files.find(({ name }) => name === `${volumeId}${suffix}`);
  const [content, metadataFile, lease] = [named(""), named(".meta"), named(".lease")];
  const path = paths.volume(imageId, volumeId);
  const header = await readHeader(path);
  const complaint =
    options.checksContents && header.is === "there" ? await checkContents(path, options.signal) : undefined;
  return {
    volumeId,
    metadata: await readFound(
      () => readBytes(paths.volumeMetadata(imageId, volumeId), 0, METADATA_FILE_BYTES_MAX),
      (bytes) => parseVolumeMetadata(new TextDecoder().decode(bytes)),
    ),
    ...(metadataFile !== undefined && { metadataFile }),
    ...(content !== undefined && { content }),
    header,
    ...(complaint !== undefined && { complaint }),
    ...(lease !== undefined && { lease }),
    leaseRecord: await readFound(
      () => readBytes(paths.volumeLease(imageId, volumeId), 0, LEASE_BYTES_READ),
      decodeLeaseRecord,
    ),
  };
}

function readHeader(path: string): Promise<Found<Qcow2Header>> {
  return readFound(() => readBytes(path, 0, QCOW2_HEADER_BYTES_MAX), decodeQcow2Header);
}

/** What QEMU's own check says against an image: nothing when it is in order. */
async function checkContents(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    // -U: also while a guest has it open; then what it finds may be on its way.
    await runProgram("qemu-img", ["check", "-q", "-U", "-f", "qcow2", "--", path], {
      timeoutMs: CHECK_MS,
      okCodes: [0, LEAKS_CODE, NOT_SUPPORTED_CODE],
      ...(signal !== undefined && { signal }),
    });
    return undefined;
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ProgramFailed && cause.code === DAMAGED_CODE) {
      return cause.stderr.trim().split("\n")[0] ?? "it is damaged";
    }
    return cause instanceof Error ? cause.message : String(cause);
  }
}

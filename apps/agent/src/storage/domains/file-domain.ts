import { findId, type ImageId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import {
  BadMetadata,
  type DomainMetadata,
  domainPaths,
  formatDomainMetadata,
  formatVolumeMetadata,
  METADATA_FILE_BYTES_MAX,
  metadataErrors,
  parseDomainMetadata,
  parseVolumeMetadata,
} from "@yagura/storage-format";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import { replaceText, type StorageFiles } from "../files/storage-files.ts";
import type { StorageDomain } from "./storage-domain.ts";

const META = ".meta";
/** More entries than this in one directory are not ours. */
const NAMES_MAX = 100_000;

/** What of a domain never changes while it is known here. */
interface DomainFacts {
  version?: number;
}

/** A domain on a file system: local, NFS or POSIX. */
export function fileDomain(
  domainId: StorageDomainId,
  path: string,
  files: StorageFiles,
  facts: DomainFacts = {},
): StorageDomain {
  const paths = domainPaths(path);
  return {
    domainId,
    paths,

    withFiles: (others) => fileDomain(domainId, path, others, facts),

    async readMetadata() {
      const text = await files.findText(paths.domainMetadata, METADATA_FILE_BYTES_MAX);
      if (text === undefined) throw noDomain(domainId);
      const metadata = translated(`cannot read the metadata of domain ${domainId}`, () => parseDomainMetadata(text));
      if (metadata.domainId !== domainId) {
        throw new StorageError("InvalidMetadata", `domain ${domainId} says that it is ${metadata.domainId}`);
      }
      return metadata;
    },

    async writeMetadata(metadata: DomainMetadata) {
      const text = translated(`cannot write the metadata of domain ${domainId}`, () => formatDomainMetadata(metadata));
      await replaceText(files, paths.domainMetadata, text);
    },

    getStats: () => files.space(paths.domain),

    async listImages() {
      const names = await files.list(paths.images);
      return names.slice(0, NAMES_MAX).flatMap((name) => findId<ImageId>(name) ?? []);
    },

    async listVolumes(imageId) {
      const names = await files.list(paths.image(imageId));
      return names
        .slice(0, NAMES_MAX)
        .filter((name) => name.endsWith(META))
        .flatMap((name) => findId<VolumeId>(name.slice(0, -META.length)) ?? []);
    },

    async findVolume(imageId, volumeId) {
      const text = await files.findText(paths.volumeMetadata(imageId, volumeId), METADATA_FILE_BYTES_MAX);
      if (text === undefined) return undefined;
      return translated(`cannot read the metadata of volume ${volumeId}`, () => parseVolumeMetadata(text));
    },

    async writeVolume(imageId, volumeId, metadata) {
      // As all others write it who use the domain: it is not converted by being used.
      facts.version ??= (await this.readMetadata()).version;
      const { version } = facts;
      const attempt = `cannot write the metadata of volume ${volumeId}`;
      const text = translated(attempt, () => formatVolumeMetadata(metadata, version));
      await replaceText(files, paths.volumeMetadata(imageId, volumeId), text);
    },
  };
}

export function noDomain(domainId: StorageDomainId): StorageError {
  return new StorageError("StorageDomainDoesNotExist", `there is no storage domain ${domainId} on this host`);
}

const metadataErrorKinds: Readonly<Record<number, StorageErrorKind>> = {
  [metadataErrors.invalid]: "InvalidMetadata",
  [metadataErrors.sealIsBroken]: "MetaDataSealIsBroken",
  [metadataErrors.overflow]: "MetadataOverflow",
  [metadataErrors.cleared]: "MetadataCleared",
};

function translated<T>(attempt: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof BadMetadata)) throw cause;
    throw new StorageError(metadataErrorKinds[cause.code] ?? "InvalidMetadata", attempt, { cause });
  }
}

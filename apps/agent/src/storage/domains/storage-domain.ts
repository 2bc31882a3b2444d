import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { DomainMetadata, DomainPaths, VolumeMetadata } from "@yagura/storage-format";
import type { DomainStats } from "../contract/domains.ts";
import type { StorageFiles } from "../files/storage-files.ts";

/** One storage domain that this host can reach. It remembers where it is, and asks the storage for everything else. */
export interface StorageDomain {
  readonly domainId: StorageDomainId;
  readonly paths: DomainPaths;
  /** The same domain, reached through other files: those that the SPM's term lets through. */
  withFiles(files: StorageFiles): StorageDomain;
  readMetadata(): Promise<DomainMetadata>;
  writeMetadata(metadata: DomainMetadata): Promise<void>;
  getStats(): Promise<DomainStats>;
  listImages(): Promise<readonly ImageId[]>;
  /** Ids of what is in the image's directory, a template's volumes among them. */
  listVolumes(imageId: ImageId): Promise<readonly VolumeId[]>;
  findVolume(imageId: ImageId, volumeId: VolumeId): Promise<VolumeMetadata | undefined>;
  writeVolume(imageId: ImageId, volumeId: VolumeId, metadata: VolumeMetadata): Promise<void>;
}

/**
 * Names inside a storage domain on a file system, and inside the repository of a host.
 *
 *   REPOSITORY/mnt/<path of the storage, transformed>/<domain>/dom_md/{metadata,ids,leases,inbox,outbox,xleases}
 *                                                             /images/<image>/<volume>{,.meta,.lease}
 *                                                             /master/{vms,tasks}            on the master only
 *   REPOSITORY/<pool>/<domain>   link to the domain
 *   REPOSITORY/<pool>/mastersd   link to the master
 */
import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";

/** The name of the directory under `mnt` for a path of storage: `_` doubled, `/` made `_`. */
export function transformPath(path: string): string {
  return path.replace(/\/+$/, "").replaceAll("_", "__").replaceAll("/", "_");
}

export function mountsPath(repository: string): string {
  return `${repository}/mnt`;
}

export function connectionPath(repository: string, storagePath: string): string {
  return `${mountsPath(repository)}/${transformPath(storagePath)}`;
}

export function poolPath(repository: string, poolId: string): string {
  return `${repository}/${poolId}`;
}

export function poolDomainLink(repository: string, poolId: string, domainId: StorageDomainId): string {
  return `${poolPath(repository, poolId)}/${domainId}`;
}

export function poolMasterLink(repository: string, poolId: string): string {
  return `${poolPath(repository, poolId)}/mastersd`;
}

/** The files that a new domain has besides its metadata, and how large they are. */
export const specialFiles = {
  ids: 0,
  leases: 0,
  inbox: 16 * 1024 * 1024,
  outbox: 16 * 1024 * 1024,
} as const;

export interface DomainPaths {
  readonly domain: string;
  readonly domainMetadata: string;
  /** The directory of `metadata` and the special files. */
  readonly control: string;
  readonly ids: string;
  readonly inbox: string;
  readonly outbox: string;
  readonly leases: string;
  /** External leases, with their index: from V4 on, and not on local domains. */
  readonly externalLeases: string;
  readonly images: string;
  readonly masterTasks: string;
  readonly masterVms: string;
  /** Room that we keep for writing down deletions on a full domain. Ours alone. */
  readonly masterReserve: string;
  image(imageId: ImageId): string;
  volume(imageId: ImageId, volumeId: VolumeId): string;
  volumeMetadata(imageId: ImageId, volumeId: VolumeId): string;
  volumeLease(imageId: ImageId, volumeId: VolumeId): string;
  /** Where an image goes before it is deleted: nobody takes it for an image any more. */
  doomedImage(imageId: ImageId): string;
}

export function domainPaths(domain: string): DomainPaths {
  const images = `${domain}/images`;
  const volume = (imageId: ImageId, volumeId: VolumeId): string => `${images}/${imageId}/${volumeId}`;
  return {
    domain,
    control: `${domain}/dom_md`,
    domainMetadata: `${domain}/dom_md/metadata`,
    ids: `${domain}/dom_md/ids`,
    inbox: `${domain}/dom_md/inbox`,
    outbox: `${domain}/dom_md/outbox`,
    leases: `${domain}/dom_md/leases`,
    externalLeases: `${domain}/dom_md/xleases`,
    images,
    masterTasks: `${domain}/master/tasks`,
    masterVms: `${domain}/master/vms`,
    masterReserve: `${domain}/master/reserve`,
    image: (imageId) => `${images}/${imageId}`,
    volume,
    volumeMetadata: (imageId, volumeId) => `${volume(imageId, volumeId)}.meta`,
    volumeLease: (imageId, volumeId) => `${volume(imageId, volumeId)}.lease`,
    doomedImage: (imageId) => `${images}/${doomedPrefix}${imageId}`,
  };
}

export const doomedPrefix = "_remove_me_";

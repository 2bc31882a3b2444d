import type { DiskPlace, LeasePlace } from "@yagura/sanlock";
import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import {
  type DomainMetadata,
  findLeaseGeometry,
  type LeaseGeometry,
  LOCKSPACE_OFFSET,
  SDM_LEASE_NAME,
  type StorageType,
  sdmLeaseOffset,
  VOLUME_LEASE_OFFSET,
} from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";

/** Where sanlock finds what it keeps on one domain. docs/protocols/storage-leases.md */
export interface DomainLeases {
  readonly domainId: StorageDomainId;
  readonly geometry: LeaseGeometry;
  /** With what every host joins this lockspace: the metadata say it, so all agree. */
  readonly ioTimeoutSeconds: number;
  /** Its name is the domain's id. */
  readonly lockspace: DiskPlace & { readonly name: string };
  /** Of the SPM, if this domain is the master. */
  readonly sdm: LeasePlace;
  volume(imageId: ImageId, volumeId: VolumeId): LeasePlace;
}

/** The clocks of a lockspace that a data center may have, in seconds. Shorter ones find a dead host sooner, and slow storage dead. */
export const ioTimeoutsSeconds: readonly number[] = [10, 5, 2];
const IO_TIMEOUT_DEFAULT_SECONDS = 10;

/** Whether other hosts may see domains of this type, so that who may write is decided by leases. */
export function isSharedType(type: StorageType): boolean {
  return type !== "LOCALFS";
}

/** `undefined` for a domain that no other host sees: it has no leases. @throws StorageError */
export async function findDomainLeases(domain: StorageDomain): Promise<DomainLeases | undefined> {
  const metadata = await domain.readMetadata();
  return isSharedType(metadata.type) ? domainLeases(domain, metadata) : undefined;
}

/** @throws StorageError 751 when sanlock has no such geometry */
export function domainLeases({ domainId, paths }: StorageDomain, metadata: DomainMetadata): DomainLeases {
  const { blockSizeBytes, alignmentBytes, lease } = metadata;
  const geometry = findLeaseGeometry(blockSizeBytes, alignmentBytes);
  if (geometry === undefined) {
    throw new StorageError(
      "InvalidMetadata",
      `domain ${domainId} says that its leases are of ${alignmentBytes} bytes on blocks of ${blockSizeBytes}, which sanlock does not have`,
    );
  }
  const lockspace = { name: domainId, path: paths.ids, offsetBytes: LOCKSPACE_OFFSET };
  return {
    domainId,
    geometry,
    // vdsm never looked at this value: what is none of ours stands for what it used.
    ioTimeoutSeconds: ioTimeoutsSeconds.includes(lease.ioTimeoutSeconds)
      ? lease.ioTimeoutSeconds
      : IO_TIMEOUT_DEFAULT_SECONDS,
    lockspace,
    sdm: { lockspace: domainId, name: SDM_LEASE_NAME, path: paths.leases, offsetBytes: sdmLeaseOffset(geometry) },
    volume: (imageId, volumeId) => ({
      lockspace: domainId,
      name: volumeId,
      path: paths.volumeLease(imageId, volumeId),
      offsetBytes: VOLUME_LEASE_OFFSET,
    }),
  };
}

import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { VolumeKey } from "../storage.ts";

/** The leases of single volumes: whoever holds one may change that volume's record and bytes, on whatever host. */
export interface VolumeLeases {
  /** Writes a free lease for a volume, `VOLUME.lease`; one that is there is written anew. Its holder must be nobody. */
  make(domain: StorageDomain, imageId: ImageId, volumeId: VolumeId): Promise<void>;
  /**
   * Holds the leases of all these volumes while `work` runs. The process ends when they are lost.
   * @throws StorageError 651 when another host, or another process, holds one
   */
  hold<Result>(
    volumes: readonly { readonly domain: StorageDomain; readonly key: VolumeKey }[],
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** Where no other host sees the domain, there is nobody to keep away. */
export const noVolumeLeases: VolumeLeases = {
  make: async () => undefined,
  hold: (_, work) => work(),
};

import { findId, type ImageId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { DeviceMetadata } from "./vm-metadata.ts";

/** The volume in the storage pool that a drive shows: the leaf of its image's chain. */
export interface VolumeReference {
  readonly poolId: string;
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly volumeId: VolumeId;
}

/** The metadata of a drive, as oVirt writes it: found by type and target name. */
export function volumeToMetadata(target: string, volume: VolumeReference): DeviceMetadata {
  const { poolId, domainId, imageId, volumeId } = volume;
  return {
    of: { devtype: "disk", name: target },
    values: { poolID: poolId, domainID: domainId, imageID: imageId, volumeID: volumeId },
  };
}

/** `undefined` when one of the four ids is missing or is no UUID. */
export function metadataToVolume({ values }: DeviceMetadata): VolumeReference | undefined {
  const poolId = findId(String(values["poolID"]));
  const domainId = findId<StorageDomainId>(String(values["domainID"]));
  const imageId = findId<ImageId>(String(values["imageID"]));
  const volumeId = findId<VolumeId>(String(values["volumeID"]));
  if (!poolId || !domainId || !imageId || !volumeId) return undefined;
  return { poolId, domainId, imageId, volumeId };
}

// What a host finds on a storage domain: images, and the volumes of each.

import type { VolumeInfoResponse } from "@yagura/agent-protocol";
import { isFault } from "./agent-errors.ts";
import type { DomainOfPool } from "./host-domains.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";

type Talk = Pick<HostTalk, "calls" | "signal">;

export async function listImageIds({ calls, signal }: Talk, { domainId }: DomainOfPool): Promise<string[]> {
  return [
    ...(await calls.StorageDomain.getImages({ storagedomainID: domainId }, { signal, timeoutMs: STORAGE_MS_MAX })),
  ];
}

/** All that is in an image; also the volume of a template, if it stands on one. None when there is no such image. */
export async function readImageVolumes(
  { calls, signal }: Talk,
  { dataCenterId, domainId }: DomainOfPool,
  imageId: string,
): Promise<VolumeInfoResponse[]> {
  const ids = { storagepoolID: dataCenterId, storagedomainID: domainId, imageID: imageId };
  const options = { signal, timeoutMs: STORAGE_MS_MAX };
  try {
    const volumeIds = await calls.StorageDomain.getVolumes(ids, options);
    const infos: VolumeInfoResponse[] = [];
    for (const volumeID of volumeIds) infos.push(await calls.Volume.getInfo({ ...ids, volumeID }, options));
    return infos;
  } catch (error) {
    // Removed between two looks.
    if (isFault(error, "VolumeDoesNotExist", "ImageDoesNotExistInSD", "ImagePathError")) return [];
    throw error;
  }
}

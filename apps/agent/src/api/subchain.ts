import type { SubchainInfo } from "@yagura/agent-protocol";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { Subchain } from "../storage/contract/volumes.ts";

/** What is to be merged, as the verbs of all three parts of a merge say it. */
export function readSubchain({ sd_id, img_id, base_id, top_id, base_generation }: SubchainInfo): Subchain {
  return {
    domainId: parseId<StorageDomainId>(sd_id),
    imageId: parseId<ImageId>(img_id),
    baseId: parseId<VolumeId>(base_id),
    topId: parseId<VolumeId>(top_id),
    baseGeneration: base_generation,
  };
}

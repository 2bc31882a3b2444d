import type { VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import { type ImageSnapshot, type VolumeSnapshot, valueIn } from "./snapshot.ts";

/** A volume whose record can be read. */
export interface KnownVolume extends VolumeSnapshot {
  readonly record: VolumeMetadata;
}

/** How the volumes of one image stand on each other, as their records say it. */
export interface Chain {
  readonly known: ReadonlyMap<VolumeId, KnownVolume>;
  /** Names of volumes whose record cannot be read, or is not there. */
  readonly unknown: readonly VolumeId[];
  /** Volumes on which nothing stands. */
  readonly leaves: readonly VolumeId[];
  /** Volumes that stand on themselves in the end. */
  readonly looping: readonly VolumeId[];
}

export function readChain({ volumes }: ImageSnapshot): Chain {
  const known = new Map<VolumeId, KnownVolume>();
  const unknown: VolumeId[] = [];
  for (const volume of volumes) {
    const record = valueIn(volume.metadata);
    if (record === undefined) unknown.push(volume.volumeId);
    else known.set(volume.volumeId, { ...volume, record });
  }
  const parents = new Set([...known.values()].flatMap(({ record }) => record.parentId ?? []));
  return {
    known,
    unknown,
    leaves: [...known.keys()].filter((volumeId) => !parents.has(volumeId)),
    looping: [...known.keys()].filter((volumeId) => standsOn(known, volumeId, volumeId)),
  };
}

export function childrenOf({ known }: Pick<Chain, "known">, volumeId: VolumeId): KnownVolume[] {
  return [...known.values()].filter(({ record }) => record.parentId === volumeId);
}

/** Whether one volume stands, perhaps with others between, on another. */
export function standsOn(known: Chain["known"], upperId: VolumeId, lowerId: VolumeId): boolean {
  const seen = new Set<VolumeId>();
  for (let at = known.get(upperId)?.record.parentId; at !== undefined && !seen.has(at); ) {
    if (at === lowerId) return true;
    seen.add(at);
    at = known.get(at)?.record.parentId;
  }
  return false;
}

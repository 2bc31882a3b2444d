import type { VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";

/** Deeper chains are refused: QEMU opens every file of one, and oVirt stops at a few dozen. */
export const CHAIN_LENGTH_MAX = 512;

export type Volumes = ReadonlyMap<VolumeId, VolumeMetadata>;
export type ChainedVolume = readonly [VolumeId, VolumeMetadata];

/** The chain, or why there is none. */
export type ChainOrNot =
  | { readonly volumes: readonly ChainedVolume[] }
  | { readonly broken: "missing"; readonly volumeId: VolumeId }
  | { readonly broken: "loop"; readonly volumeId: VolumeId };

/** From the base up to `leafId`, following nothing but what each volume says of its parent. */
export function chainOf(volumes: Volumes, leafId: VolumeId): ChainOrNot {
  const chain: ChainedVolume[] = [];
  const seen = new Set<VolumeId>();
  for (let volumeId: VolumeId | undefined = leafId; volumeId !== undefined; ) {
    const metadata = volumes.get(volumeId);
    if (metadata === undefined) return { broken: "missing", volumeId };
    if (seen.has(volumeId) || seen.size >= CHAIN_LENGTH_MAX) return { broken: "loop", volumeId };
    seen.add(volumeId);
    chain.unshift([volumeId, metadata]);
    volumeId = metadata.parentId;
  }
  return { volumes: chain };
}

/** The volumes that stand directly on this one. */
export function childrenOf(volumes: Volumes, volumeId: VolumeId): VolumeId[] {
  return [...volumes].flatMap(([id, { parentId }]) => (parentId === volumeId ? [id] : []));
}

/** Puts those volumes that may go into an order from the leaves down, or names one with a child that stays. */
export function planDeletion(
  volumes: Volumes,
  doomed: readonly VolumeId[],
): { readonly order: readonly VolumeId[] } | { readonly hasChildren: VolumeId; readonly childId: VolumeId } {
  const waiting = new Set(doomed);
  const order: VolumeId[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].filter((id) => childrenOf(volumes, id).every((child) => order.includes(child)));
    if (free.length === 0) break;
    for (const id of free) {
      waiting.delete(id);
      order.push(id);
    }
  }
  for (const id of waiting) {
    const childId = childrenOf(volumes, id).find((child) => !waiting.has(child) && !order.includes(child));
    if (childId !== undefined) return { hasChildren: id, childId };
  }
  return { order: [...order, ...waiting] };
}

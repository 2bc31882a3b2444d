import { formatBytes } from "@yagura/std/units.ts";
import { type Chain, childrenOf, type KnownVolume, readChain } from "../chain.ts";
import type { ImageSnapshot, VolumeSnapshot } from "../snapshot.ts";

/** An image with its volumes, each below the one it stands on. */
export function drawImage(image: ImageSnapshot): string[] {
  const chain = readChain(image);
  const known = [...chain.known.values()];
  // Where to begin: bases, volumes without the one below, and one of each loop.
  const roots = known.filter(({ record }) => record.parentId === undefined || !chain.known.has(record.parentId));
  const drawn = new Set<string>();
  const lines = roots.flatMap((root) => drawBranch(root, chain, { depth: 0, drawn }));
  const looping = known.filter(({ volumeId }) => !drawn.has(volumeId));
  return [
    `Image ${image.imageId}`,
    ...lines,
    ...looping.flatMap((volume) => drawBranch(volume, chain, { depth: 0, drawn })),
    ...image.volumes.filter(({ volumeId }) => chain.unknown.includes(volumeId)).map(drawUnknown),
  ];
}

function drawBranch(
  volume: KnownVolume,
  chain: Chain,
  { depth, drawn }: { readonly depth: number; readonly drawn: Set<string> },
): string[] {
  if (drawn.has(volume.volumeId)) return [];
  drawn.add(volume.volumeId);
  const arrow = depth === 0 ? "  " : `${"   ".repeat(depth)}<- `;
  const above = childrenOf(chain, volume.volumeId).flatMap((child) =>
    drawBranch(child, chain, { depth: depth + 1, drawn }),
  );
  return [`${arrow}${describe(volume)}`, ...above];
}

function describe({ volumeId, record, content }: KnownVolume): string {
  const used = content === undefined ? "no file" : `${formatBytes(content.allocatedBytes)} used`;
  const words = [record.format, record.allocation, record.role, record.legality].join(" ").toLowerCase();
  return `${volumeId}  ${words}, ${formatBytes(record.capacityBytes)}, ${used}, generation ${record.generation}`;
}

function drawUnknown({ volumeId, content }: VolumeSnapshot): string {
  const size = content === undefined ? "no file" : formatBytes(content.sizeBytes);
  return `  ${volumeId}  no record that can be read; ${size}`;
}

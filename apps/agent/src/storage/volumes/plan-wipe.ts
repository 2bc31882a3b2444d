import { KiB } from "@yagura/std/units.ts";
import type { DataExtent } from "../tools/volume-blocks.ts";

/** What direct I/O writes in. */
const BLOCK_BYTES = 4 * KiB;
/** Each is a program that is started. */
const RANGES_MAX = 64;

/**
 * The ranges to be overwritten, so that nothing remains of the data: in whole blocks, and few. Where there are too many, those
 * with the smallest gaps become one. Pure.
 */
export function planWipe(extents: readonly DataExtent[]): readonly DataExtent[] {
  const ranges: DataExtent[] = [];
  for (const { fromBytes, toBytes } of extents) {
    const range = {
      fromBytes: Math.floor(fromBytes / BLOCK_BYTES) * BLOCK_BYTES,
      toBytes: Math.ceil(toBytes / BLOCK_BYTES) * BLOCK_BYTES,
    };
    const last = ranges.at(-1);
    if (last !== undefined && range.fromBytes <= last.toBytes) ranges.splice(-1, 1, union(last, range));
    else ranges.push(range);
  }
  return joinClosest(ranges);
}

function joinClosest(ranges: readonly DataExtent[]): readonly DataExtent[] {
  if (ranges.length <= RANGES_MAX) return ranges;
  const gaps = ranges.slice(1).map((range, index) => range.fromBytes - (ranges[index]?.toBytes ?? 0));
  // The widest gaps stay: one less than there are ranges.
  const widest = new Set([...gaps.keys()].sort((a, b) => (gaps[b] ?? 0) - (gaps[a] ?? 0)).slice(0, RANGES_MAX - 1));
  const joined: DataExtent[] = [];
  for (const [index, range] of ranges.entries()) {
    const last = joined.at(-1);
    if (last === undefined || widest.has(index - 1)) joined.push(range);
    else joined.splice(-1, 1, union(last, range));
  }
  return joined;
}

function union(a: DataExtent, b: DataExtent): DataExtent {
  return { fromBytes: a.fromBytes, toBytes: Math.max(a.toBytes, b.toBytes) };
}

import { findMacAddress, type MacPool, type MacRange, macNumber } from "./mac-pool.ts";

/** Also keeps multicast addresses out: from one that is for one receiver to the next such first byte are 2^41. */
const ADDRESSES_MAX = 2 ** 31 - 1;

/** Why there cannot be a pool of these ranges; none when there can. They must be readable: see `readMacRange`. */
export function macRangeProblems(ranges: readonly MacRange[]): string[] {
  if (ranges.length === 0) return ["MAC Pool must contain at least one MAC address range."];
  const problems: string[] = [];
  for (const { from, to } of ranges) {
    if (macNumber(from) > macNumber(to)) problems.push(`The MAC address range ${from}-${to} ends before it begins.`);
    else if (macNumber(to) - macNumber(from) >= ADDRESSES_MAX) {
      problems.push(`The MAC address range ${from}-${to} has more than ${ADDRESSES_MAX} addresses.`);
    }
  }
  if (problems.length > 0) return problems;
  const isOverlapping = ranges.some((range, index) => ranges.slice(index + 1).some((other) => overlap(range, other)));
  return isOverlapping ? ["MAC pool cannot contain overlapping ranges."] : [];
}

/** Which of the other pools have addresses of these ranges too: two of them would give the same one away. */
export function overlappingPools(ranges: readonly MacRange[], others: readonly MacPool[]): string[] {
  return others
    .filter((pool) => pool.ranges.some((theirs) => ranges.some((ours) => overlap(ours, theirs))))
    .map(({ name }) => name);
}

/** The range in lower case; `undefined` when an end of it is no address of a single receiver. */
export function readMacRange({ from, to }: MacRange): MacRange | undefined {
  const [first, last] = [findMacAddress(from), findMacAddress(to)];
  return first === undefined || last === undefined ? undefined : { from: first, to: last };
}

function overlap(a: MacRange, b: MacRange): boolean {
  return macNumber(a.from) <= macNumber(b.to) && macNumber(b.from) <= macNumber(a.to);
}

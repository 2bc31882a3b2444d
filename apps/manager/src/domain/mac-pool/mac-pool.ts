import type { MacPoolId } from "../data-center/data-center.ts";

export interface MacPool {
  readonly id: MacPoolId;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly allowsDuplicates: boolean;
  readonly ranges: readonly MacRange[];
}

/** Both ends belong to the range. */
export interface MacRange {
  readonly from: string;
  readonly to: string;
}

const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** The address in lower case, or `undefined` if it is none, or is one of many receivers (multicast). */
export function findMacAddress(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (!macPattern.test(lower)) return undefined;
  return (Number.parseInt(lower.slice(0, 2), 16) & 1) === 0 ? lower : undefined;
}

/** The first address of the pool that is not taken; `undefined` when all are. */
export function nextFreeMac(pool: MacPool, taken: ReadonlySet<string>): string | undefined {
  for (const { from, to } of pool.ranges) {
    const [first, last] = [macNumber(from), macNumber(to)];
    for (let at = first; at <= last; at++) {
      const mac = fromNumber(at);
      if (!taken.has(mac)) return mac;
    }
  }
  return undefined;
}

/** An address as a number: for comparing, it has 48 bits. */
export function macNumber(mac: string): number {
  return Number.parseInt(mac.replaceAll(":", ""), 16);
}

function fromNumber(value: number): string {
  const hex = value.toString(16).padStart(12, "0");
  return hex.match(/../g)?.join(":") ?? hex;
}

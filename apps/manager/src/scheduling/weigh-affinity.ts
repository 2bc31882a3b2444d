import type { AffinityDemand } from "./affinity-demand.ts";
import type { HostView, VmDemand } from "./host-view.ts";

export function brokenBy({ hosts, isPositive }: AffinityDemand, host: HostView): boolean {
  return hosts.has(host.id) !== isPositive;
}

/**
 * How much of what is only wished a host would break: the priorities of the broken wishes, the highest first, so that one
 * wish of high priority counts more than any number of lower ones. Pure.
 */
export function brokenWishes({ affinity = [] }: VmDemand, host: HostView): readonly number[] {
  return affinity
    .filter((demand) => !demand.isEnforcing && brokenBy(demand, host))
    .map(({ priority }) => priority)
    .toSorted((a, b) => b - a);
}

/** Negative when `a` breaks less: compares them from the highest priority on. */
export function compareBrokenWishes(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? Number.NEGATIVE_INFINITY) - (b[index] ?? Number.NEGATIVE_INFINITY);
    // Both at an end is no number, and no difference.
    if (difference !== 0 && !Number.isNaN(difference)) return difference < 0 ? -1 : 1;
  }
  return 0;
}

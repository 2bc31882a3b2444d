import type { NetworkId } from "@yagura/std/ids.ts";
import type { ClusterNetwork, NetworkUsage } from "./network.ts";

/** Roles that exactly one network of a cluster has. That of the management network never moves here. */
const roles = ["display", "migration", "default_route"] as const satisfies readonly NetworkUsage[];

export interface WantedUse {
  readonly isRequired?: boolean;
  /** All that it is used for; `vm` comes from the network itself. */
  readonly usages?: readonly NetworkUsage[];
}

/**
 * The uses of a cluster's networks after one of them was asked to be used so: a role that it takes is lost by the network
 * that had it, one that it gives up goes to the management network. Pure.
 * @returns those that are not as they were.
 */
export function planUsages(
  uses: readonly ClusterNetwork[],
  networkId: NetworkId,
  { isRequired, usages }: WantedUse,
): readonly ClusterNetwork[] {
  const taken = usages && roles.filter((role) => usages.includes(role));
  const planned = uses.map((use): ClusterNetwork => {
    if (use.networkId === networkId) {
      const kept = taken === undefined ? use.usages : use.usages.filter((usage) => !isRole(usage));
      return { ...use, isRequired: isRequired ?? use.isRequired, usages: sorted([...kept, ...(taken ?? [])]) };
    }
    const left = use.usages.filter((usage) => !(taken ?? []).some((role) => role === usage));
    return { ...use, usages: left };
  });
  const orphans = roles.filter((role) => !planned.some(({ usages: each }) => each.includes(role)));
  const complete = planned.map((use) =>
    use.usages.includes("management") ? { ...use, usages: sorted([...use.usages, ...orphans]) } : use,
  );
  return complete.filter((use, index) => !isSame(use, uses[index]));
}

function isRole(usage: NetworkUsage): boolean {
  return roles.some((role) => role === usage);
}

function sorted(usages: readonly NetworkUsage[]): readonly NetworkUsage[] {
  return [...new Set(usages)].sort();
}

function isSame(a: ClusterNetwork, b: ClusterNetwork | undefined): boolean {
  return b !== undefined && a.isRequired === b.isRequired && String(sorted(a.usages)) === String(sorted(b.usages));
}

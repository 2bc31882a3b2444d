import { affinity } from "./filters/affinity.ts";
import { chosenHost } from "./filters/chosen-host.ts";
import { enoughCpus } from "./filters/enough-cpus.ts";
import { enoughMemory } from "./filters/enough-memory.ts";
import { isUp } from "./filters/is-up.ts";
import { requiredNetworks } from "./filters/required-networks.ts";
import { sameCluster } from "./filters/same-cluster.ts";
import type { HostFilter, HostView, VmDemand } from "./host-view.ts";
import { brokenWishes, compareBrokenWishes } from "./weigh-affinity.ts";

export const filters: readonly HostFilter[] = [
  sameCluster,
  chosenHost,
  isUp,
  enoughMemory,
  enoughCpus,
  requiredNetworks,
  affinity,
];

export type Schedule =
  | { readonly do: "run"; readonly host: HostView; readonly because: string }
  | { readonly do: "nothing"; readonly because: readonly string[] };

/**
 * Where a VM runs, or why nowhere. Of the hosts that can, the one that breaks the least of what its affinity groups wish,
 * and of those the one with the most memory left. Pure.
 */
export function schedule(vm: VmDemand, hosts: readonly HostView[]): Schedule {
  const explained = explainHosts(
    vm,
    hosts.filter((host) => host.clusterId === vm.clusterId),
  );
  const [best] = explained
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ host }) => host)
    .toSorted(
      (a, b) =>
        compareBrokenWishes(brokenWishes(vm, a), brokenWishes(vm, b)) ||
        leftBytes(b) - leftBytes(a) ||
        a.runningVms - b.runningVms ||
        a.name.localeCompare(b.name),
    );
  if (best !== undefined) return { do: "run", host: best, because: "it has the most memory left" };
  return {
    do: "nothing",
    because:
      explained.length === 0
        ? ["The cluster has no hosts."]
        : explained.map(({ host, reasons }) => `Host ${host.name} ${reasons.join(", ")}.`),
  };
}

/** For every host why it cannot run the VM; no reasons: it can. */
export function explainHosts(
  vm: VmDemand,
  hosts: readonly HostView[],
): { readonly host: HostView; readonly reasons: readonly string[] }[] {
  return hosts.map((host) => ({ host, reasons: filters.flatMap((filter) => filter(vm, host) ?? []) }));
}

function leftBytes(host: HostView): number {
  return host.freeMemoryBytes - host.pendingMemoryBytes;
}

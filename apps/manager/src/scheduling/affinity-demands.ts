import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { AffinityGroup, AffinityRule } from "../domain/affinity/affinity-group.ts";
import type { AffinityDemand } from "./affinity-demand.ts";

/**
 * What the affinity groups say of where a VM may run, as things are now. Pure.
 * @param groups of its cluster, with their labelled members.
 * @param hostOf where VMs run, or were promised to; those that are down are not in it.
 */
export function affinityDemands(
  vmId: VmId,
  groups: readonly AffinityGroup[],
  hostOf: ReadonlyMap<VmId, HostId>,
): AffinityDemand[] {
  return groups
    .filter(({ members }) => members.vmIds.includes(vmId))
    .flatMap((group) => {
      const { name, priority, members, vmsRule, hostsRule } = group;
      const others = members.vmIds.filter((id) => id !== vmId).flatMap((id) => hostOf.get(id) ?? []);
      return [
        ...demandOf(vmsRule, others, priority, {
          positive: `does not run the other VMs of affinity group ${name}`,
          negative: `runs other VMs of affinity group ${name}`,
        }),
        ...demandOf(hostsRule, members.hostIds, priority, {
          positive: `is not one of the hosts of affinity group ${name}`,
          negative: `is one of the hosts that affinity group ${name} keeps away from`,
        }),
      ];
    });
}

/** A rule about no hosts at all asks for nothing: the first VM of a group may run anywhere. */
function demandOf(
  { polarity, isEnforcing }: AffinityRule,
  hosts: readonly HostId[],
  priority: number,
  because: { readonly positive: string; readonly negative: string },
): AffinityDemand[] {
  if (polarity === "disabled" || hosts.length === 0) return [];
  const isPositive = polarity === "positive";
  return [{ hosts: new Set(hosts), isPositive, isEnforcing, priority, because: because[polarity] }];
}

import type { ClusterId, HostId, Id, VmId } from "@yagura/std/ids.ts";
import type { AffinityLabel, AffinityLabelId } from "./affinity-label.ts";

export type AffinityGroupId = Id<"affinity-group">;

/** Together, apart, or it does not matter. */
export type AffinityPolarity = "positive" | "negative" | "disabled";

export interface AffinityRule {
  readonly polarity: AffinityPolarity;
  /** A VM is rather not started than otherwise; else the rule is a wish. */
  readonly isEnforcing: boolean;
}

/** Which VMs of a cluster run on one host or on different ones, and on which hosts. */
export interface AffinityGroup {
  readonly id: AffinityGroupId;
  readonly name: string;
  readonly description: string;
  readonly clusterId: ClusterId;
  /** Of two wishes that contradict each other the one with the higher priority counts more. */
  readonly priority: number;
  /** Among the VMs of the group. */
  readonly vmsRule: AffinityRule;
  /** Between its VMs and its hosts. */
  readonly hostsRule: AffinityRule;
  readonly members: AffinityMembers;
}

export interface AffinityMembers {
  readonly vmIds: readonly VmId[];
  readonly hostIds: readonly HostId[];
  readonly vmLabelIds: readonly AffinityLabelId[];
  readonly hostLabelIds: readonly AffinityLabelId[];
}

export const affinityGroupDefaults: Pick<AffinityGroup, "priority" | "vmsRule" | "hostsRule" | "members"> = {
  priority: 1,
  vmsRule: { polarity: "disabled", isEnforcing: false },
  hostsRule: { polarity: "disabled", isEnforcing: false },
  members: { vmIds: [], hostIds: [], vmLabelIds: [], hostLabelIds: [] },
};

/** The group with the VMs and hosts of its labels among its own; labels reach over clusters, groups do not. Pure. */
export function withLabelled(group: AffinityGroup, labels: readonly AffinityLabel[]): AffinityGroup {
  const { vmIds, hostIds, vmLabelIds, hostLabelIds } = group.members;
  const ofVms = labels.filter(({ id }) => vmLabelIds.includes(id)).flatMap((label) => label.vmIds);
  const ofHosts = labels.filter(({ id }) => hostLabelIds.includes(id)).flatMap((label) => label.hostIds);
  const members = {
    ...group.members,
    vmIds: [...new Set([...vmIds, ...ofVms])],
    hostIds: [...new Set([...hostIds, ...ofHosts])],
  };
  return { ...group, members };
}

/**
 * Why these groups of one cluster cannot all be kept; none when they can. VMs that must be together, directly or by way
 * of others, cannot have to be apart.
 * @param groups with their labelled members.
 */
export function affinityConflicts(groups: readonly AffinityGroup[]): string[] {
  const enforced = groups.filter(({ vmsRule }) => vmsRule.isEnforcing);
  const together = unite(enforced.filter(({ vmsRule }) => vmsRule.polarity === "positive"));
  const problems: string[] = [];
  for (const apart of enforced.filter(({ vmsRule }) => vmsRule.polarity === "negative")) {
    for (const { vmIds, names } of together) {
      const both = apart.members.vmIds.filter((vmId) => vmIds.has(vmId));
      if (both.length < 2) continue;
      problems.push(
        `Affinity Group collision detected in unified affinity group of VMs: ${names.join(", ")} ` +
          `and negative affinity group: ${apart.name} with VMs: ${both.join(", ")}.`,
      );
    }
  }
  return problems;
}

interface Together {
  readonly vmIds: ReadonlySet<VmId>;
  readonly names: readonly string[];
}

/** Groups that share a VM are one. */
function unite(groups: readonly AffinityGroup[]): Together[] {
  let united: Together[] = [];
  for (const { name, members } of groups) {
    const touches = ({ vmIds }: Together) => members.vmIds.some((vmId) => vmIds.has(vmId));
    const touched = united.filter(touches);
    const vmIds = new Set([...members.vmIds, ...touched.flatMap((each) => [...each.vmIds])]);
    united = [
      ...united.filter((each) => !touches(each)),
      { vmIds, names: [...touched.flatMap(({ names }) => names), name] },
    ];
  }
  return united;
}

/**
 * Whether the VMs that run now run otherwise than a rule says. Pure.
 * @param group with its labelled members.
 * @param hostOf where each VM runs; those that do not run are not in it.
 */
export function isBroken(group: AffinityGroup, hostOf: ReadonlyMap<VmId, HostId>): boolean {
  const { vmsRule, hostsRule, members } = group;
  const hosts = members.vmIds.flatMap((vmId) => hostOf.get(vmId) ?? []);
  const different = new Set(hosts).size;
  if (vmsRule.polarity === "positive" && different > 1) return true;
  if (vmsRule.polarity === "negative" && different < hosts.length) return true;
  if (members.hostIds.length === 0) return false;
  const isMember = (hostId: HostId) => members.hostIds.includes(hostId);
  if (hostsRule.polarity === "positive") return !hosts.every(isMember);
  return hostsRule.polarity === "negative" && hosts.some(isMember);
}

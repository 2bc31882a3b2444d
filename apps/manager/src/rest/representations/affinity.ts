import type {
  AffinityGroup as RestAffinityGroup,
  AffinityLabel as RestAffinityLabel,
  AffinityRule as RestAffinityRule,
} from "@yagura/rest-model";
import type { AffinityGroup, AffinityPolarity, AffinityRule } from "../../domain/affinity/affinity-group.ts";
import type { AffinityLabel } from "../../domain/affinity/affinity-label.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";

/** @param group with those members only that the caller may see. */
export function renderAffinityGroup(group: AffinityGroup, isBroken: boolean, links: Links): RestAffinityGroup {
  const { vmsRule, hostsRule, members } = group;
  const labels = (ids: readonly string[]) => ids.map((id) => links.ref("affinitylabels", id));
  return {
    ...links.of("affinity_group", "clusters", group.clusterId, "affinitygroups", group.id),
    name: group.name,
    description: group.description,
    broken: isBroken,
    priority: group.priority,
    // The rule among the VMs once more, as it was before version 4.1.
    enforcing: vmsRule.isEnforcing,
    ...(vmsRule.polarity !== "disabled" && { positive: vmsRule.polarity === "positive" }),
    hosts_rule: renderRule(hostsRule),
    vms_rule: renderRule(vmsRule),
    cluster: links.ref("clusters", group.clusterId),
    // These are there also when they are empty: go-ovirt-client refuses a group without them.
    hosts: members.hostIds.map((id) => links.ref("hosts", id)),
    vms: members.vmIds.map((id) => links.ref("vms", id)),
    host_labels: labels(members.hostLabelIds),
    vm_labels: labels(members.vmLabelIds),
  };
}

function renderRule({ polarity, isEnforcing }: AffinityRule): RestAffinityRule {
  return { enabled: polarity !== "disabled", enforcing: isEnforcing, positive: polarity === "positive" };
}

/** The rules that a body asks for; what it does not say stays as it was. `positive` and `enforcing` beside them are of old clients. */
export function readAffinityRules(
  { vms_rule, hosts_rule, positive, enforcing }: RestAffinityGroup,
  before: Pick<AffinityGroup, "vmsRule" | "hostsRule">,
): Pick<AffinityGroup, "vmsRule" | "hostsRule"> {
  return {
    vmsRule: readRule(vms_rule ?? defined({ positive, enforcing }), before.vmsRule),
    hostsRule: readRule(hosts_rule ?? {}, before.hostsRule),
  };
}

function readRule({ enabled, enforcing, positive }: RestAffinityRule, before: AffinityRule): AffinityRule {
  return { polarity: readPolarity(enabled, positive, before.polarity), isEnforcing: enforcing ?? before.isEnforcing };
}

function readPolarity(
  isEnabled: boolean | undefined,
  isPositive: boolean | undefined,
  before: AffinityPolarity,
): AffinityPolarity {
  if (isEnabled === false) return "disabled";
  if (isPositive !== undefined) return isPositive ? "positive" : "negative";
  return isEnabled === true && before === "disabled" ? "positive" : before;
}

export function renderAffinityLabel({ id, name }: AffinityLabel, links: Links): RestAffinityLabel {
  return {
    ...links.of("affinity_label", "affinitylabels", id),
    name,
    // Groups that come by themselves with a label were there before clusters of version 4.4.
    has_implicit_affinity_group: false,
    read_only: false,
  };
}

/** A label as a VM or host has it. Its VMs and hosts are linked where they are: below the label itself. */
export function renderAssignedLabel(
  label: AffinityLabel,
  owner: readonly [string, string],
  links: Links,
): RestAffinityLabel {
  return { ...renderAffinityLabel(label, links), ...links.ref(...owner, "affinitylabels", label.id) };
}

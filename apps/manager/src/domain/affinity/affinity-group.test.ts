import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterId, HostId, VmId } from "@yagura/std/ids.ts";
import {
  type AffinityGroup,
  type AffinityGroupId,
  type AffinityPolarity,
  affinityConflicts,
  affinityGroupDefaults,
  isBroken,
  withLabelled,
} from "./affinity-group.ts";
import type { AffinityLabelId } from "./affinity-label.ts";

function group(name: string, polarity: AffinityPolarity, vms: string, different: Partial<AffinityGroup> = {}) {
  return {
    ...affinityGroupDefaults,
    id: name as AffinityGroupId,
    name,
    description: "",
    clusterId: "c" as ClusterId,
    vmsRule: { polarity, isEnforcing: true },
    members: { ...affinityGroupDefaults.members, vmIds: vms.split("") as VmId[] },
    ...different,
  } satisfies AffinityGroup;
}

test("VMs that must be together, by way of others too, cannot have to be apart", () => {
  const conflict = affinityConflicts([
    group("x", "positive", "ab"),
    group("y", "positive", "bc"),
    group("z", "negative", "ac"),
  ]);
  assert.deepEqual(conflict, [
    "Affinity Group collision detected in unified affinity group of VMs: x, y and negative affinity group: z with VMs: a, c.",
  ]);
});

test("wishes may contradict what must be, and groups of other VMs do not matter", () => {
  const wish = { vmsRule: { polarity: "negative" as const, isEnforcing: false } };
  assert.deepEqual(affinityConflicts([group("x", "positive", "ab"), group("z", "negative", "ab", wish)]), []);
  assert.deepEqual(affinityConflicts([group("x", "positive", "ab"), group("z", "negative", "bc")]), []);
});

test("a label brings its VMs and hosts into the group", () => {
  const id = "l" as AffinityLabelId;
  const label = { id, name: "l", vmIds: ["b", "a"] as VmId[], hostIds: ["one"] as HostId[] };
  const members = { vmIds: ["a"] as VmId[], hostIds: [], vmLabelIds: [id], hostLabelIds: [id] };
  const { members: all } = withLabelled(group("x", "positive", "", { members }), [label]);
  assert.deepEqual([all.vmIds, all.hostIds], [["a", "b"], ["one"]]);
});

test("a group is broken when its VMs run otherwise than its rules say", () => {
  const hostOf = (text: string) =>
    new Map(text.split(" ").map((pair) => pair.split("@") as [VmId, HostId])) as ReadonlyMap<VmId, HostId>;
  const onOne = (polarity: AffinityPolarity) =>
    group("x", "disabled", "ab", {
      hostsRule: { polarity, isEnforcing: false },
      members: { ...affinityGroupDefaults.members, vmIds: ["a", "b"] as VmId[], hostIds: ["1"] as HostId[] },
    });
  const cases: readonly (readonly [AffinityGroup, string, boolean])[] = [
    [group("x", "positive", "ab"), "a@1 b@2", true],
    [group("x", "positive", "ab"), "a@1 b@1", false],
    [group("x", "positive", "abc"), "a@1 b@1 d@2", false],
    [group("x", "negative", "ab"), "a@1 b@1", true],
    [group("x", "negative", "ab"), "a@1 b@2", false],
    [group("x", "disabled", "ab"), "a@1 b@2", false],
    [onOne("positive"), "a@1 b@1", false],
    [onOne("positive"), "a@1 b@2", true],
    [onOne("negative"), "a@1", true],
    [onOne("negative"), "a@2", false],
  ];
  for (const [each, running, expected] of cases) assert.equal(isBroken(each, hostOf(running)), expected, running);
});

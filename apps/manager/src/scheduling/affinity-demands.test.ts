import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterId, HostId, VmId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import {
  type AffinityGroup,
  type AffinityGroupId,
  type AffinityPolarity,
  affinityGroupDefaults,
} from "../domain/affinity/affinity-group.ts";
import { affinityDemands } from "./affinity-demands.ts";
import type { HostView } from "./host-view.ts";
import { schedule } from "./schedule.ts";

const clusterId = "c" as ClusterId;
const vmId = "new" as VmId;

function host(name: string, freeGiB: number): HostView {
  return {
    id: name as HostId,
    name,
    clusterId,
    isUp: true,
    threads: 8,
    freeMemoryBytes: freeGiB * GiB,
    pendingMemoryBytes: 0,
    networks: [],
    runningVms: 0,
  };
}

/** `big` is where a VM goes that nothing holds. */
const hosts = [host("big", 32), host("small", 16), host("tiny", 8)];

function group(name: string, different: Partial<AffinityGroup>): AffinityGroup {
  return {
    ...affinityGroupDefaults,
    id: name as AffinityGroupId,
    name,
    description: "",
    clusterId,
    members: { ...affinityGroupDefaults.members, vmIds: [vmId, "old" as VmId] },
    ...different,
  };
}

function vms(polarity: AffinityPolarity, isEnforcing: boolean, priority = 1): AffinityGroup {
  return group(`${polarity}-${isEnforcing ? "must" : "wish"}`, { vmsRule: { polarity, isEnforcing }, priority });
}

function onHosts(polarity: AffinityPolarity, isEnforcing: boolean, names: readonly string[]): AffinityGroup {
  const members = { ...affinityGroupDefaults.members, vmIds: [vmId], hostIds: names as HostId[] };
  return group("hosts", { hostsRule: { polarity, isEnforcing }, members });
}

function place(groups: readonly AffinityGroup[], running: Readonly<Record<string, string>> = {}): string {
  const hostOf = new Map(Object.entries(running)) as unknown as ReadonlyMap<VmId, HostId>;
  const affinity = affinityDemands(vmId, groups, hostOf);
  const decision = schedule({ clusterId, memoryBytes: GiB, cpuCount: 1, networks: [], affinity }, hosts);
  return decision.do === "run" ? decision.host.name : decision.because.join(" ");
}

const scenarios: Readonly<
  Record<string, readonly [readonly AffinityGroup[], Readonly<Record<string, string>>, string]>
> = {
  "with the others of its group": [[vms("positive", true)], { old: "tiny" }, "tiny"],
  "anywhere when it is the first of its group": [[vms("positive", true)], {}, "big"],
  "apart from the others of its group": [[vms("negative", true)], { old: "big" }, "small"],
  "rather with the others when that is a wish": [[vms("positive", false)], { old: "tiny" }, "tiny"],
  "rather apart when that is a wish": [[vms("negative", false)], { old: "big" }, "small"],
  "on the hosts of its group": [[onHosts("positive", true, ["small", "tiny"])], {}, "small"],
  "on none of the hosts it is kept away from": [[onHosts("negative", true, ["big", "small"])], {}, "tiny"],
  "where it must, whatever is wished": [
    [onHosts("positive", true, ["big"]), vms("negative", false)],
    { old: "big" },
    "big",
  ],
  "as the wish of higher priority says": [
    [onHosts("positive", false, ["big"]), vms("negative", false, 5)],
    { old: "big" },
    "small",
  ],
  "as before when its rules are disabled": [[vms("disabled", true)], { old: "tiny" }, "big"],
};
for (const [name, [groups, running, expected]] of Object.entries(scenarios)) {
  test(`a VM goes ${name}`, () => assert.equal(place(groups, running), expected));
}

test("a VM that no host may have is told why, host by host", () => {
  const apart = { ...vms("negative", true), name: "web" };
  const groups = [onHosts("positive", true, ["small", "tiny"]), apart];
  groups[1] = { ...apart, members: { ...apart.members, vmIds: [vmId, "old" as VmId, "older" as VmId] } };
  assert.equal(
    place(groups, { old: "small", older: "tiny" }),
    "Host big is not one of the hosts of affinity group hosts. " +
      "Host small runs other VMs of affinity group web. Host tiny runs other VMs of affinity group web.",
  );
});

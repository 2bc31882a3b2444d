import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import type { HostView, VmDemand } from "./host-view.ts";
import { schedule } from "./schedule.ts";

const clusterId = "c" as ClusterId;

function host(name: string, different: Partial<HostView> = {}): HostView {
  return {
    id: name as HostId,
    name,
    clusterId,
    isUp: true,
    threads: 8,
    freeMemoryBytes: 16 * GiB,
    pendingMemoryBytes: 0,
    networks: ["ovirtmgmt"],
    runningVms: 0,
    ...different,
  };
}

const vm: VmDemand = { clusterId, memoryBytes: 2 * GiB, cpuCount: 2, networks: ["ovirtmgmt"] };

const scenarios: Record<string, [HostView[], Partial<VmDemand>, string]> = {
  "takes the host with the most memory": [[host("a"), host("b", { freeMemoryBytes: 32 * GiB })], {}, "b"],
  "counts what was promised a moment ago": [
    [host("a"), host("b", { freeMemoryBytes: 17 * GiB, pendingMemoryBytes: 4 * GiB })],
    {},
    "a",
  ],
  "never takes a host that is not up": [[host("a", { isUp: false })], {}, "Host a is not up."],
  "keeps to the cluster": [[host("a", { clusterId: "d" as ClusterId })], {}, "The cluster has no hosts."],
  "takes the host that was asked for, or none": [
    [host("a"), host("b", { freeMemoryBytes: GiB })],
    { onlyHosts: ["b" as HostId] },
    "Host a is not the host that was asked for. Host b has 1 GiB of memory free, the VM needs 2 GiB.",
  ],
  "names the network that is missing": [[host("a")], { networks: ["blue"] }, "Host a lacks the networks blue."],
  "wants a thread for each virtual CPU": [[host("a")], { cpuCount: 9 }, "Host a has 8 CPU threads, the VM needs 9."],
};
for (const [name, [hosts, demand, expected]] of Object.entries(scenarios)) {
  test(`schedule ${name}`, () => {
    const decision = schedule({ ...vm, ...demand }, hosts);
    assert.equal(decision.do === "run" ? decision.host.name : decision.because.join(" "), expected);
  });
}

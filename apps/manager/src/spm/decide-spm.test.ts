import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { decideSpm } from "./decide-spm.ts";
import type { HostView, PoolView } from "./pool-view.ts";
import { listScenarios, play, readScenario, updateScenarios } from "./scenarios.fixture.ts";

// UPDATE_GOLDEN=1 writes what is decided now into the files; the diff is what is reviewed.
if (process.env["UPDATE_GOLDEN"] === "1") await updateScenarios();

for (const name of await listScenarios()) {
  const scenario = await readScenario(name);
  test(`scenario ${name}: ${scenario.title}`, () => {
    assert.deepEqual(play(scenario), scenario.expected);
  });
}

const host = (name: string, number: number, different: Partial<HostView> = {}): HostView => ({
  id: name as HostId,
  name,
  number,
  state: "up",
  role: "free",
  spmPriority: 5,
  lease: { holder: "none", version: 3 },
  readsMaster: true,
  ...different,
});
const held = (holder: number, version = 3) => ({ lease: { holder, version } });
const unread = { lease: undefined, role: "unknown", readsMaster: false } as unknown as Partial<HostView>;

const cases: Record<string, [hosts: HostView[], expected: string, others?: Partial<PoolView>]> = {
  "keeps a healthy SPM, whatever the others' priorities": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, { spmPriority: 10, ...held(1) })],
    "nothing a",
  ],
  "does not move the role to a host that has not got its number on the storage yet": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, { isJoining: true, ...held(1) })],
    "nothing a",
    { wish: "b" as HostId },
  ],
  "moves it there when it has": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, held(1))],
    "stop a",
    { wish: "b" as HostId },
  ],
  "keeps a host that goes into maintenance until the only other one has its number": [
    [host("a", 1, { role: "spm", state: "preparing", ...held(1) }), host("b", 2, { isJoining: true, ...held(1) })],
    "nothing a",
  ],
  "starts one that has its number before one of higher priority that has not": [
    [host("a", 1), host("b", 2, { isJoining: true, spmPriority: 9 })],
    "start a",
  ],
  "starts one that has not, when there is no other": [[host("b", 2, { isJoining: true })], "start b"],
  "never asks a second one while one contends": [
    [host("a", 1, { role: "contending" }), host("b", 2, { spmPriority: 9 })],
    "nothing",
  ],
  "does nothing blindly": [[host("a", 1, unread), host("b", 2, unread)], "nothing"],
  "takes the freshest of two answers": [
    [host("a", 1, { state: "silent", role: "unknown" }), host("b", 2, held(1, 3)), host("c", 3, held(2, 4))],
    "start b",
  ],
  "waits with whoever reads a holder where others of the same epoch read none": [
    [host("a", 1, { role: "unknown" }), host("b", 2, held(1)), host("c", 3)],
    "nothing",
  ],
  "ends the older one of two claims": [
    [host("a", 1, { role: "spm", ...held(1, 3) }), host("b", 2, { role: "spm", ...held(2, 4) })],
    "stop a",
  ],
  "does nothing about two claims of one epoch": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, { role: "spm", ...held(2) })],
    "nothing",
  ],
  "ends a claim that the storage denies": [
    [host("a", 1, { role: "spm", ...held(1, 3) }), host("b", 2, held(2, 4))],
    "stop a",
  ],
  "leaves the lease of a foreign host alone": [[host("a", 1, held(77))], "nothing"],
  "tries now and then whether a silent holder that lived still does": [
    [host("a", 1, { state: "silent", role: "unknown" }), host("b", 2, held(1))],
    "start b",
    { holderAliveAgoMs: 12_000 },
  ],
  "starts the successor of a silent holder at once": [
    [host("a", 1, { state: "silent", role: "unknown" }), host("b", 2, held(1))],
    "start b",
  ],
  "starts the successor of a holder that was put into maintenance without an answer": [
    [host("a", 1, { state: "maintenance", role: "unknown" }), host("b", 2, held(1))],
    "start b",
  ],
  "moves nothing while the storage says that the silent holder lives": [
    [host("a", 1, { state: "silent", role: "unknown" }), host("b", 2, held(1))],
    "nothing",
    { holderAliveAgoMs: 3000 },
  ],
  "never takes a host with the priority -1": [[host("a", 1, { spmPriority: -1 })], "nothing"],
  "never takes a host that does not read the master": [[host("a", 1, { readsMaster: false })], "nothing"],
  "never takes a host that is not up": [[host("a", 1, { state: "non_operational" })], "nothing"],
  "gives the role back to its former holder among equals": [
    [host("a", 1), host("b", 2)],
    "start b",
    { recorded: "b" as HostId },
  ],
  "lets the others try when one has just failed": [
    [host("a", 1, { spmPriority: 9, failedAgoMs: 1000 }), host("b", 2)],
    "start b",
  ],
  "does not trust what a new SPM saw of the storage before": [
    [host("a", 1, { role: "spm", readsMaster: false, ...held(1) }), host("b", 2, held(1))],
    "nothing a",
    { movedAgoMs: 1000 },
  ],
  "lets work on the storage end before a planned move": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, held(1))],
    "nothing a",
    { wish: "b" as HostId, tasksUnderWay: 2 },
  ],
  "does not move to a host that cannot": [
    [host("a", 1, { role: "spm", ...held(1) }), host("b", 2, { readsMaster: false, ...held(1) })],
    "nothing a",
    { wish: "b" as HostId },
  ],
};
for (const [name, [hosts, expected, others]] of Object.entries(cases)) {
  test(`decideSpm ${name}`, () => {
    const decision = decideSpm({ hosts, tasksUnderWay: 0, ...others });
    const who = "host" in decision ? decision.host : "spm" in decision ? decision.spm : undefined;
    assert.equal(who === undefined ? decision.do : `${decision.do} ${who}`, expected, decision.because);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterId, HostId, TemplateId, VmId } from "@yagura/std/ids.ts";
import type { Vm, VmRun } from "../../domain/vm/vm.ts";
import { hardwareDefaults } from "../../domain/vm/vm-hardware.ts";
import type { VmReport } from "../../hosts/read-vm-report.ts";
import { planVmChange } from "./plan-vm-change.ts";

const [here, elsewhere] = ["here" as HostId, "elsewhere" as HostId];

function vm(run: Partial<VmRun>): Vm {
  return {
    id: "v" as VmId,
    name: "demo",
    description: "",
    comment: "",
    clusterId: "c" as ClusterId,
    templateId: "t" as TemplateId,
    type: "server",
    hardware: hardwareDefaults,
    isDeleteProtected: false,
    createdAtMs: 0,
    run: { status: "up", hostId: here, displays: [], startedAtMs: 1, ...run },
  };
}

const down: Partial<VmRun> = { status: "down" };
const report = (event: VmReport["event"], different: Partial<VmReport> = {}): VmReport => ({
  vmId: "v" as VmId,
  name: "demo",
  event,
  displays: [],
  ...different,
});
const exit = (isFailure: boolean) => report("gone", { exit: { isFailure, reason: 1, message: "it ended" } });

function plan(machine: Vm, seen: VmReport | undefined): string {
  const change = planVmChange({ vm: machine, hostId: here, report: seen, nowMs: 10_000 });
  if (change.do !== "change") return change.do;
  const words = [change.run.status, change.event?.name, change.forgets ? "forget" : undefined];
  return words.filter((word) => word !== undefined).join(" ");
}

const withoutHost = (): Vm => {
  const { hostId: _, ...run } = vm(down).run;
  return { ...vm(down), run };
};

const scenarios: Record<string, [Vm, VmReport | undefined, string]> = {
  "sees a launched guest come up": [vm({ status: "wait_for_launch" }), report("seen-up"), "up"],
  "takes a host's word that a guest is gone": [vm({}), undefined, "down vmDownWithError"],
  "tells a guest that ended well from one that failed": [vm({}), exit(false), "down vmDown forget"],
  "tells a guest that failed": [vm({}), exit(true), "down vmDownWithError forget"],
  "lets the host forget a guest that was down already": [withoutHost(), exit(false), "forget"],
  "adopts a guest that runs although it should not": [withoutHost(), report("seen-up"), "up vmStatusRestored"],
  "knows a guest again when its host answers": [vm({ status: "unknown" }), report("seen-up"), "up vmStatusRestored"],
  "raises an alarm for a guest that is recorded on another host": [
    vm({ hostId: elsewhere }),
    report("seen-up"),
    "alarm",
  ],
  "does not call a guest of another host gone": [vm({ hostId: elsewhere }), undefined, "nothing"],
  "says why a guest is paused": [vm({}), report("seen-paused", { pauseCode: "ENOSPC" }), "paused vmPausedNoSpace"],
  "does not touch a locked VM": [vm({ status: "image_locked" }), undefined, "nothing"],
  "writes nothing when nothing is new": [vm({ lastSeenAtMs: 9000 }), report("seen-up"), "nothing"],
};
for (const [name, [machine, seen, expected]] of Object.entries(scenarios)) {
  test(`planVmChange ${name}`, () => assert.equal(plan(machine, seen), expected));
}

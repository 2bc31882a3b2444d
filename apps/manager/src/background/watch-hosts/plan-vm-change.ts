import { mayRun, vmLifecycle } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import type { VmRunChanges } from "../../db/queries/vms.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import type { EventName } from "../../events/catalogue.ts";
import type { VmReport } from "../../hosts/read-vm-report.ts";
import { endedRun } from "../../sagas/ended-run.ts";

export interface VmSight {
  readonly vm: Vm;
  /** The host that was asked, and answered for all of its guests. */
  readonly hostId: HostId;
  /** What it said about this one; `undefined`: it has no such guest. */
  readonly report: VmReport | undefined;
  readonly nowMs: number;
}

export type VmChange =
  | { readonly do: "nothing"; readonly because: string }
  /** Somebody must look: two guests may write to the same disks. */
  | { readonly do: "alarm"; readonly because: string }
  | {
      readonly do: "change";
      readonly run: VmRunChanges;
      readonly event?: { readonly name: EventName; readonly details?: Readonly<Record<string, string>> };
      /** The guest has ended and the host should forget it. */
      readonly forgets: boolean;
    };

/** Statistics are not written more often than this, unless something else changed. */
const STATISTICS_MS_MIN = 5000;

/** What a host's answer means for one VM. Pure. */
export function planVmChange(sight: VmSight): VmChange {
  const { vm, hostId, report } = sight;
  const isHere = vm.run.hostId === hostId;
  if (report === undefined) {
    // The host has answered, and has no such guest: that is the proof that it does not run there.
    if (!isHere || !mayRun(vm.run.status)) return { do: "nothing", because: "it is not here, and should not be" };
    return becomeDown(sight, "The guest is gone from its host.", true);
  }
  if (report.event === "gone") {
    const forgets = true;
    if (!isHere || !mayRun(vm.run.status)) return { do: "change", run: {}, forgets };
    return { ...becomeDown(sight, report.exit?.message ?? "", report.exit?.isFailure ?? false), forgets };
  }
  if (!isHere && vm.run.hostId !== undefined) {
    return { do: "alarm", because: "a guest runs here that is recorded on another host" };
  }
  if (!vmLifecycle.canHappen(vm.run.status, report.event)) return { do: "nothing", because: `it is ${vm.run.status}` };
  return becomeSeen(sight, report);
}

function becomeDown({ nowMs, vm }: VmSight, message: string, isFailure: boolean): VmChange & { readonly do: "change" } {
  return {
    do: "change",
    run: endedRun(nowMs, vm.run.stopReason ?? message),
    event: { name: isFailure ? "vmDownWithError" : "vmDown", details: { reason: message } },
    forgets: false,
  };
}

function becomeSeen({ vm, hostId, nowMs }: VmSight, report: VmReport): VmChange {
  const status = vmLifecycle.nextStatus(vm.run.status, report.event);
  const pauseReason = report.pauseCode ?? null;
  const hasChanged =
    status !== vm.run.status ||
    vm.run.hostId !== hostId ||
    pauseReason !== (vm.run.pauseReason ?? null) ||
    JSON.stringify(report.guest) !== JSON.stringify(vm.run.guest) ||
    JSON.stringify(report.displays) !== JSON.stringify(vm.run.displays);
  if (!hasChanged && nowMs - (vm.run.lastSeenAtMs ?? 0) < STATISTICS_MS_MIN)
    return { do: "nothing", because: "nothing is new" };
  const event = eventOf(vm, status, report);
  return {
    do: "change",
    run: {
      status,
      hostId,
      pauseReason,
      displays: report.displays,
      lastSeenAtMs: nowMs,
      ...(report.guest !== undefined && { guest: report.guest }),
      ...(report.statistics !== undefined && { statistics: report.statistics }),
      ...(vm.run.startedAtMs === undefined && { startedAtMs: nowMs - (report.elapsedMs ?? 0) }),
      ...(vm.run.status === "down" && { stoppedAtMs: null, stopReason: null }),
    },
    ...(event !== undefined && { event }),
    forgets: false,
  };
}

function eventOf(vm: Vm, status: Vm["run"]["status"], report: VmReport): (VmChange & { do: "change" })["event"] {
  const before = vm.run.status;
  if (status === before) return undefined;
  if (status === "paused") return { name: pauseEvent(report.pauseCode) };
  if (status === "not_responding") return { name: "vmNotResponding" };
  if (before === "unknown" || before === "not_responding" || before === "down") {
    return { name: "vmStatusRestored", details: { status: status.replaceAll("_", " ") } };
  }
  return before === "paused" && status === "up" ? { name: "vmRecoveredFromPause" } : undefined;
}

function pauseEvent(code: string | undefined): EventName {
  switch (code) {
    case "ENOSPC":
      return "vmPausedNoSpace";
    case "EIO":
      return "vmPausedIoError";
    case "EPERM":
      return "vmPausedNoAccess";
    case "EOTHER":
      return "vmPausedError";
    default:
      return "vmPaused";
  }
}

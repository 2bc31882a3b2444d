import type { VmRunChanges } from "../db/queries/vms.ts";

/** What is recorded of a guest's run when it is certain that the guest runs nowhere. */
export function endedRun(nowMs: number, reason: string | null): VmRunChanges {
  return {
    status: "down",
    hostId: null,
    stoppedAtMs: nowMs,
    stopReason: reason,
    pauseReason: null,
    hardware: null,
    guest: null,
    statistics: null,
    displays: [],
  };
}

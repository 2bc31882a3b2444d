import { type VmExitReason, type VmStatus, vmExitReasons } from "@yagura/agent-protocol";
import type { Times } from "./times.ts";

export interface VmExit {
  readonly exitCode: 0 | 1;
  readonly exitReason: VmExitReason;
  readonly exitMessage: string;
}

/** What a guest does next if nobody interferes. */
export type NextStep =
  | { readonly afterMs: number; readonly become: VmStatus; readonly exit?: VmExit }
  | { readonly afterMs: number; readonly guestAgent: "speaks" };

export interface VmStage {
  readonly status: VmStatus;
  readonly hasGuestAgent: boolean;
  /** Why it cannot start: a volume that is missing, too little memory. */
  readonly startProblem: string | undefined;
}

export const adminShutdown: VmExit = {
  exitCode: 0,
  exitReason: vmExitReasons.adminShutdown,
  exitMessage: "Admin shut down from the engine",
};

export const pausedTooLong: VmExit = {
  exitCode: 1,
  exitReason: vmExitReasons.destroyedOnPauseTimeout,
  exitMessage: "Down because paused for too long",
};

/** The life of a guest as an agent reports it; `undefined`: it stays as it is. */
export function nextStep(stage: VmStage, times: Times): NextStep | undefined {
  switch (stage.status) {
    case "WaitForLaunch":
      return stage.startProblem === undefined
        ? { afterMs: times.launchMs, become: "Powering up" }
        : { afterMs: times.launchMs, become: "Down", exit: startFailure(stage.startProblem) };
    case "Powering up":
      return { afterMs: times.bootMs, become: "Up" };
    case "RebootInProgress":
      return { afterMs: times.shutdownMs, become: "Powering up" };
    case "Powering down":
      return { afterMs: times.shutdownMs, become: "Down", exit: adminShutdown };
    case "Up":
      return stage.hasGuestAgent ? undefined : { afterMs: times.guestAgentMs, guestAgent: "speaks" };
    case "Down":
    case "Paused":
    case "Saving State":
    case "Restoring state":
    case "Migration Source":
    case "Migration Destination":
      return undefined;
  }
}

function startFailure(problem: string): VmExit {
  return { exitCode: 1, exitReason: vmExitReasons.genericError, exitMessage: problem };
}

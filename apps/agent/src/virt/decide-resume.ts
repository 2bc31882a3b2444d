import { unreachable } from "@yagura/std/assert.ts";
import type { PauseCode } from "./domain-events.ts";

/** What becomes of a VM that an I/O error has paused, as its metadata says in `resumeBehavior`. */
export type ResumeBehaviour = "auto_resume" | "leave_paused" | "kill";

export interface PausedVmView {
  readonly pauseCode: PauseCode;
  readonly behaviour: ResumeBehaviour;
  readonly pausedForMs: number;
  /** The domains that it waits for, as they were seen after it was paused. */
  readonly storage: "valid" | "invalid" | "not seen";
  /** What is free on them; only of one that lacked space, and only if it could be asked. */
  readonly freeBytes?: number;
  /** How long it has to wait until its next try, because the ones before did not last. */
  readonly restMs: number;
  readonly ioTimeoutMs: number;
}

export type ResumeDecision =
  | { readonly do: "resume"; readonly because: string }
  | { readonly do: "kill"; readonly because: string }
  | { readonly do: "wait"; readonly because: string };

/** With less than this a guest would be paused again at once. */
export const SPACE_BYTES_MIN = 16 * 1024 * 1024;
/** sanlock gives up a lease after so many I/O timeouts: by then somebody else may hold the lease of the VM. */
const IO_TIMEOUTS_OF_A_LEASE = 8;

/** What to do with a VM that an I/O error has paused. vdsm lib/vdsm/virt/vm.py: maybe_resume, maybe_kill_paused */
export function decideResume(view: PausedVmView): ResumeDecision {
  const { behaviour, pausedForMs, storage, freeBytes, ioTimeoutMs } = view;
  switch (behaviour) {
    case "leave_paused":
      return { do: "wait", because: "it is to be left paused" };
    case "kill":
      if (pausedForMs > IO_TIMEOUTS_OF_A_LEASE * ioTimeoutMs) {
        return { do: "kill", because: "it was paused for longer than a lease lasts, and may run elsewhere" };
      }
      break;
    case "auto_resume":
      break;
    default:
      return unreachable(behaviour);
  }
  if (storage === "invalid") return { do: "wait", because: "its storage cannot be used" };
  if (storage === "not seen") return { do: "wait", because: "nobody has looked at its storage since" };
  if (view.pauseCode === "ENOSPC" && (freeBytes ?? 0) < SPACE_BYTES_MIN) {
    return { do: "wait", because: "its storage is full" };
  }
  if (view.restMs > 0) return { do: "wait", because: "it was paused again right after it had been resumed" };
  return { do: "resume", because: "its storage can be used again" };
}

/** A word that nobody knows counts as the default. */
export function readResumeBehaviour(value: unknown): ResumeBehaviour {
  return value === "leave_paused" || value === "kill" ? value : "auto_resume";
}

/** Whether the code says that an I/O error paused the VM, and no person. */
export function isIoErrorPause(code: PauseCode): boolean {
  return code === "EIO" || code === "ENOSPC" || code === "EOTHER";
}

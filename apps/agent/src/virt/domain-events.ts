import type { StopDetail } from "./vm-exit.ts";

/** Why the vCPUs of a VM do not turn. vdsm calls the values of `pauseCode` so. */
export type PauseCode = "NOERR" | "ENOSPC" | "EIO" | "EOTHER" | "POSTCOPY";

/** What a lifecycle event of libvirt means for one VM. */
export type DomainChange =
  | { readonly kind: "started" }
  | { readonly kind: "suspended"; readonly because: SuspendCause }
  | { readonly kind: "resumed" }
  | { readonly kind: "powering-off"; readonly by: "guest" | "host" | "unknown" }
  | { readonly kind: "stopped"; readonly detail: StopDetail }
  | { readonly kind: "crashed" }
  | { readonly kind: "undefined" }
  | { readonly kind: "nothing" };

export type SuspendCause = "request" | "io-error" | "watchdog" | "migration" | "postcopy-failed" | "other";

// Numbers of virDomainEventType and its details (libvirt 9.0, include/libvirt/libvirt-domain.h).
const EVENT = { undefined: 1, started: 2, suspended: 3, resumed: 4, stopped: 5, shutdown: 6, crashed: 8 } as const;

const suspendCauses: readonly SuspendCause[] = [
  "request",
  "migration",
  "io-error",
  "watchdog",
  "other", // restored from a file
  "other", // from a snapshot
  "other", // a call of libvirt's failed half-way
  "migration",
  "postcopy-failed",
];

const stopDetails: readonly StopDetail[] = [
  "shutdown",
  "destroyed",
  "crashed",
  "migrated",
  "saved",
  "failed",
  "from-snapshot",
];

/** Reads a lifecycle event. Events and details of a newer libvirt are tolerated. */
export function readLifecycleEvent(event: number, detail: number): DomainChange {
  switch (event) {
    case EVENT.undefined:
      return { kind: "undefined" };
    case EVENT.started:
      return { kind: "started" };
    case EVENT.suspended:
      return { kind: "suspended", because: suspendCauses[detail] ?? "other" };
    case EVENT.resumed:
      return { kind: "resumed" };
    case EVENT.stopped:
      return { kind: "stopped", detail: stopDetails[detail] ?? "unknown" };
    case EVENT.shutdown:
      return { kind: "powering-off", by: detail === 1 ? "guest" : detail === 2 ? "host" : "unknown" };
    case EVENT.crashed:
      return { kind: "crashed" };
    default:
      return { kind: "nothing" };
  }
}

const shutoffReasons: readonly StopDetail[] = [
  "unknown",
  "shutdown",
  "destroyed",
  "crashed",
  "migrated",
  "saved",
  "failed",
  "from-snapshot",
  "daemon",
];

/** How a domain that is not running ended, from the reason of its state (virDomainShutoffReason). */
export function readShutoffReason(reason: number): StopDetail {
  return shutoffReasons[reason] ?? "unknown";
}

/**
 * The pause code for the reason text of libvirt's IO_ERROR_REASON event. libvirt tells only a lack of space; for all else
 * its text is empty, which vdsm calls EOTHER at the event and EIO after a restart. Here it is the same code both times.
 */
export function readIoErrorReason(reason: string): PauseCode {
  switch (reason) {
    case "enospc":
      return "ENOSPC";
    case "":
    case "eio":
      return "EIO";
    default:
      return "EOTHER";
  }
}

/** What a running or paused domain's state number says (virDomainState, virDomainPausedReason). */
export type DomainCondition = "running" | "paused" | "paused-io-error" | "paused-postcopy" | "gone";

export function readDomainState(state: number, reason: number): DomainCondition {
  const PAUSED = 3;
  const SHUT_OFF = 5;
  const CRASHED = 6;
  const IO_ERROR = 5;
  const POSTCOPY = [12, 13];
  if (state === SHUT_OFF) return "gone";
  // A guest that panicked and is kept: its vCPUs stand, but QEMU lives and has the disks.
  if (state === CRASHED) return "paused";
  if (state !== PAUSED) return "running";
  if (reason === IO_ERROR) return "paused-io-error";
  return POSTCOPY.includes(reason) ? "paused-postcopy" : "paused";
}

import { unreachable } from "@yagura/std/assert.ts";

/** Why a VM is Down, by the numbers the Manager knows. vdsm lib/vdsm/virt/vmexitreason.py */
export const exitReasons = {
  success: 0,
  genericError: 1,
  lostQemuConnection: 2,
  libvirtStartFailed: 3,
  migrationSucceeded: 4,
  saveStateSucceeded: 5,
  adminShutdown: 6,
  userShutdown: 7,
  migrationFailed: 8,
  libvirtDomainMissing: 9,
  destroyedOnStartup: 10,
  hostShutdown: 11,
  postcopyMigrationFailed: 12,
  destroyedOnReboot: 13,
  destroyedOnPauseTimeout: 14,
} as const;

export type ExitReason = keyof typeof exitReasons;

const messages: Readonly<Record<ExitReason, string>> = {
  success: "The VM ended",
  genericError: "The VM ended with an error",
  lostQemuConnection: "The QEMU process of the VM is gone",
  libvirtStartFailed: "libvirt could not start the VM",
  migrationSucceeded: "The VM migrated to another host",
  saveStateSucceeded: "The state of the VM was saved",
  adminShutdown: "Shut down by the Manager",
  userShutdown: "Shut down from within the guest",
  migrationFailed: "The migration of the VM failed",
  libvirtDomainMissing: "libvirt does not know the VM any more",
  destroyedOnStartup: "Destroyed while it was starting",
  hostShutdown: "Ended by its host, perhaps because that was shut down",
  postcopyMigrationFailed: "The migration failed after it had begun to copy behind the running VM",
  destroyedOnReboot: "Destroyed at its reboot, as asked",
  destroyedOnPauseTimeout: "Destroyed because it was paused for too long",
};

/** How a VM ended. `code` 0 is as intended, 1 is an error. */
export interface VmExit {
  readonly code: 0 | 1;
  readonly reason: ExitReason;
  readonly message: string;
}

export function vmExit(code: 0 | 1, reason: ExitReason, detail?: string): VmExit {
  return { code, reason, message: detail === undefined ? messages[reason] : `${messages[reason]}: ${detail}` };
}

/** How libvirt says a domain stopped: by the detail of its event, or afterwards by the reason of its state. */
export type StopDetail =
  | "shutdown"
  | "destroyed"
  | "crashed"
  | "migrated"
  | "saved"
  | "failed"
  | "from-snapshot"
  | "daemon"
  | "unknown";

/** Who wanted the end of a VM: the Manager, or (`pause-timeout`) its own resume behaviour. */
export type AskedEnd = "shutdown" | "destroy" | "reboot-destroy" | "pause-timeout";

export interface StopFacts {
  readonly detail: StopDetail;
  /** What had been asked for, if anything. */
  readonly asked?: AskedEnd;
  /** Who made the guest power off, as libvirt's SHUTDOWN event said. */
  readonly poweredOffBy?: "guest" | "host";
}

/** Why a VM stopped, from what libvirt says and what had been asked of us. */
export function decideExit({ detail, asked, poweredOffBy }: StopFacts): VmExit {
  switch (detail) {
    case "migrated":
      return vmExit(0, "migrationSucceeded");
    case "saved":
      return vmExit(0, "saveStateSucceeded");
    case "crashed":
      return vmExit(1, "lostQemuConnection", "QEMU crashed");
    case "failed":
      return vmExit(1, "lostQemuConnection", "QEMU ended by itself");
    case "daemon":
    case "unknown":
      return vmExit(1, "lostQemuConnection");
    case "from-snapshot":
      return vmExit(0, "success");
    case "shutdown":
    case "destroyed":
      break;
    default:
      return unreachable(detail);
  }
  // An error although it was wanted, as in vdsm: a highly available VM is then started again, elsewhere.
  if (asked === "pause-timeout") return vmExit(1, "destroyedOnPauseTimeout");
  if (asked === "reboot-destroy") return vmExit(0, "destroyedOnReboot");
  if (asked !== undefined) return vmExit(0, "adminShutdown");
  // Somebody ended QEMU from this host, perhaps because that shuts down: nobody of ours wanted it. vdsm: _getShutdownReason
  if (poweredOffBy === "host") return vmExit(1, "hostShutdown");
  if (detail === "shutdown") return vmExit(0, "userShutdown");
  // Somebody else destroyed the domain through libvirt: nobody of ours wanted that.
  return vmExit(1, "lostQemuConnection", "destroyed by somebody else through libvirt");
}

import { lifecycle } from "./lifecycle.ts";

/** The words of the REST API; `unknown` is a status of its own: the host does not answer, so nobody can say. */
export type VmStatus =
  | "down"
  | "image_locked"
  | "wait_for_launch"
  | "powering_up"
  | "up"
  | "paused"
  | "powering_down"
  | "reboot_in_progress"
  | "not_responding"
  | "unknown";

/** What is asked for (start, stop …) and what is seen (`seen-…`, `gone`: a host says so; `lost`: its host is silent). */
export type VmEvent =
  | "lock"
  | "unlock"
  | "start"
  | "resume"
  | "shutdown"
  | "stop"
  | "reboot"
  | "reset"
  | "remove"
  | "seen-launching"
  | "seen-powering-up"
  | "seen-up"
  | "seen-paused"
  | "seen-powering-down"
  | "seen-rebooting"
  | "seen-not-responding"
  | "gone"
  | "lost";

/** A host tells what is; from any status in which a guest may exist, whatever it tells becomes the status. */
const seen = {
  "seen-launching": "wait_for_launch",
  "seen-powering-up": "powering_up",
  "seen-up": "up",
  "seen-paused": "paused",
  "seen-powering-down": "powering_down",
  "seen-rebooting": "reboot_in_progress",
  "seen-not-responding": "not_responding",
} as const;

const living = { ...seen, gone: "down", lost: "unknown", stop: "powering_down" } as const;

export const vmLifecycle = lifecycle<VmStatus, VmEvent>("VM", {
  // A guest that nobody asked for is adopted, never killed: so a VM that is down can be seen running.
  down: { ...seen, start: "wait_for_launch", lock: "image_locked", remove: "image_locked" },
  image_locked: { unlock: "down" },
  wait_for_launch: { ...living },
  powering_up: { ...living, shutdown: "powering_down", reboot: "reboot_in_progress", reset: "reboot_in_progress" },
  up: { ...living, shutdown: "powering_down", reboot: "reboot_in_progress", reset: "reboot_in_progress" },
  // A guest that still cannot go on, because its storage is broken, is soon seen paused again.
  paused: { ...living, resume: "up" },
  powering_down: { ...living, shutdown: "powering_down", reset: "reboot_in_progress" },
  reboot_in_progress: { ...living, shutdown: "powering_down", reset: "reboot_in_progress" },
  not_responding: { ...living, reset: "reboot_in_progress" },
  // Not even `stop`: whether it reached the guest could not be told either.
  unknown: { ...seen, gone: "down", lost: "unknown" },
});

/** A guest in this status has, or may have, a process on a host. */
export function mayRun(status: VmStatus): boolean {
  return status !== "down" && status !== "image_locked";
}

/** A host's word for the state of a guest, as the event that it is for us; `undefined` for a word that we do not know. */
export function vmEventOfHostWord(word: string): VmEvent | undefined {
  switch (word) {
    case "WaitForLaunch":
      return "seen-launching";
    case "Powering up":
      return "seen-powering-up";
    case "Up":
    case "Migration Source":
      return "seen-up";
    case "Paused":
    case "Saving State":
    case "Restoring state":
      return "seen-paused";
    case "Powering down":
      return "seen-powering-down";
    case "RebootInProgress":
      return "seen-rebooting";
    case "Down":
      return "gone";
    default:
      return undefined;
  }
}

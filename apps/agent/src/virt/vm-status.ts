/** The statuses of a VM on its host, as oVirt's protocol spells them. vdsm lib/vdsm/virt/vmstatus.py */
export type VmStatus =
  | "WaitForLaunch"
  | "Powering up"
  | "Up"
  | "Paused"
  | "Powering down"
  | "RebootInProgress"
  | "Saving State"
  | "Restoring state"
  | "Migration Source"
  | "Migration Destination"
  | "Down";

export type VmStatusEvent =
  | "launched" // QEMU runs and the vCPUs turn
  | "launched-paused"
  | "settled" // the guest agent answered, or the time to boot has passed
  | "suspended"
  | "resumed" // the guest had settled before it was suspended
  | "resumed-early" // it had not
  | "shutdown-asked"
  | "shutdown-given-up"
  | "reboot-asked"
  | "rebooted"
  | "found-running" // it was Down, and libvirt has it running: somebody else started it
  | "stopped";

const whileBooting = {
  settled: "Up",
  suspended: "Paused",
  "shutdown-asked": "Powering down",
  "reboot-asked": "RebootInProgress",
  rebooted: "Powering up",
  stopped: "Down",
} as const;

/** The whole life of a VM on this host. What is not in the table changes nothing: libvirt's events may come late. */
const transitions: Readonly<Record<VmStatus, Partial<Record<VmStatusEvent, VmStatus>>>> = {
  WaitForLaunch: { launched: "Powering up", "launched-paused": "Paused", stopped: "Down" },
  "Powering up": whileBooting,
  Up: {
    suspended: "Paused",
    "shutdown-asked": "Powering down",
    "reboot-asked": "RebootInProgress",
    rebooted: "Powering up",
    stopped: "Down",
  },
  Paused: { resumed: "Up", "resumed-early": "Powering up", rebooted: "Paused", stopped: "Down" },
  "Powering down": {
    "shutdown-given-up": "Up",
    suspended: "Paused",
    "reboot-asked": "RebootInProgress",
    rebooted: "Powering up",
    stopped: "Down",
  },
  RebootInProgress: {
    settled: "Up",
    suspended: "Paused",
    "shutdown-asked": "Powering down",
    "shutdown-given-up": "Up",
    rebooted: "Powering up",
    stopped: "Down",
  },
  "Saving State": { stopped: "Down", resumed: "Up" },
  "Restoring state": { launched: "Powering up", "launched-paused": "Paused", stopped: "Down" },
  "Migration Source": { stopped: "Down", resumed: "Up" },
  "Migration Destination": { launched: "Up", "launched-paused": "Paused", resumed: "Up", stopped: "Down" },
  Down: { "found-running": "Powering up" },
};

/** The status after an event; the same one when the event means nothing in it. */
export function nextVmStatus(from: VmStatus, event: VmStatusEvent): VmStatus {
  return transitions[from][event] ?? from;
}

/** True while libvirt should have a QEMU process for the VM. */
export function hasProcess(status: VmStatus): boolean {
  return status !== "Down" && status !== "WaitForLaunch";
}

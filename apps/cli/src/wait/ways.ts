import type { Host, Vm } from "@yagura/rest-client";
import type { Way } from "./wait-until.ts";

type VmStatus = Vm["status"];
type HostStatus = Host["status"];

const vmRests: readonly VmStatus[] = ["down", "paused", "suspended"];

/** How far a VM is that should be running. */
export function wayUp(status: VmStatus): Way {
  const state = status ?? "in an unknown status";
  if (status === "up") return { is: "there", state };
  return { is: vmRests.includes(status) ? "resting" : "moving", state };
}

/** So many looks at a VM that is still up, and it has rebooted unseen. */
const LOOKS_BEFORE_REBOOT_MAX = 10;

/** How far a VM is that should go down and come up: it is up before the reboot too. */
export function newWayThroughReboot(): (status: VmStatus) => Way {
  let looksBefore = 0;
  let hasLeft = false;
  return (status) => {
    hasLeft ||= status !== "up";
    if (hasLeft || looksBefore >= LOOKS_BEFORE_REBOOT_MAX) return wayUp(status);
    looksBefore += 1;
    return { is: "moving", state: "up, not rebooting yet" };
  };
}

/** How far a VM is that should be down: stopped, or just made. */
export function wayDown(status: VmStatus): Way {
  const state = status ?? "in an unknown status";
  // An orderly shutdown that the guest ignores ends with the VM up again; that takes its time, so up is not resting.
  return { is: status === "down" ? "there" : "moving", state };
}

const hostRests: readonly HostStatus[] = ["down", "error", "install_failed", "non_operational", "maintenance"];

/** How far a host is that should be up. */
export function hostWayUp(status: HostStatus): Way {
  const state = status ?? "in an unknown status";
  if (status === "up") return { is: "there", state };
  return { is: hostRests.includes(status) ? "resting" : "moving", state };
}

/** How far a host is that should be in maintenance. */
export function hostWayToMaintenance(status: HostStatus): Way {
  const state = status ?? "in an unknown status";
  if (status === "maintenance") return { is: "there", state };
  return { is: status === "up" ? "resting" : "moving", state };
}

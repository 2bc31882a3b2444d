import { lifecycle } from "./lifecycle.ts";

export type HostStatus =
  | "pending_approval"
  | "installing"
  | "install_failed"
  | "maintenance"
  | "unassigned"
  | "connecting"
  | "up"
  | "non_operational"
  | "non_responsive"
  | "preparing_for_maintenance";

/**
 * `activate`, `deactivate`, `approve`, `remove` are asked for; the others are what the Manager finds:
 * `ready`: it answers, and has all that its cluster needs; `unfit`: it answers, and lacks something;
 * `silent`: no answer since a moment; `lost`: no answer for so long that it counts as not responding;
 * `answered`: it answers again and must be looked at; `drained`: no guest is left on it.
 */
export type HostEvent =
  | "approve"
  | "installed"
  | "install-failed"
  | "activate"
  | "deactivate"
  | "drained"
  | "remove"
  | "answered"
  | "ready"
  | "unfit"
  | "silent"
  | "lost";

export const hostLifecycle = lifecycle<HostStatus, HostEvent>("host", {
  pending_approval: { approve: "unassigned", remove: "pending_approval" },
  installing: { installed: "unassigned", "install-failed": "install_failed" },
  install_failed: { approve: "installing", deactivate: "maintenance", remove: "install_failed" },
  maintenance: { activate: "unassigned", remove: "maintenance", approve: "maintenance" },
  unassigned: {
    ready: "up",
    unfit: "non_operational",
    silent: "connecting",
    lost: "non_responsive",
    deactivate: "preparing_for_maintenance",
  },
  connecting: { answered: "unassigned", lost: "non_responsive", deactivate: "preparing_for_maintenance" },
  up: {
    unfit: "non_operational",
    silent: "connecting",
    lost: "non_responsive",
    deactivate: "preparing_for_maintenance",
  },
  non_operational: {
    ready: "up",
    activate: "unassigned",
    silent: "connecting",
    lost: "non_responsive",
    deactivate: "preparing_for_maintenance",
  },
  // Nobody can be waited for: it is out of service at once, or a dead host could never be removed. With guests that may
  // run on it, it is not deactivated at all.
  non_responsive: { answered: "unassigned", activate: "unassigned", deactivate: "maintenance" },
  // A host that goes silent on its way into maintenance may still run guests: it is not in maintenance.
  preparing_for_maintenance: { drained: "maintenance", activate: "unassigned", lost: "non_responsive" },
});

/** The Manager keeps a connection to a host in this status. */
export function isWatched(status: HostStatus): boolean {
  switch (status) {
    case "pending_approval":
    case "install_failed":
      return false;
    default:
      return true;
  }
}

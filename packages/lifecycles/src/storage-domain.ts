import { lifecycle } from "./lifecycle.ts";

export type StorageDomainStatus =
  | "locked"
  | "unattached"
  | "maintenance"
  | "activating"
  | "active"
  | "inactive"
  | "preparing_for_maintenance"
  | "unknown";

export type StorageDomainEvent =
  | "created"
  | "attach"
  | "attached"
  | "attach-failed"
  | "activate"
  | "deactivate"
  | "deactivated"
  | "detach"
  | "detached"
  | "remove"
  | "seen-valid"
  | "seen-invalid"
  | "lost";

export const storageDomainLifecycle = lifecycle<StorageDomainStatus, StorageDomainEvent>("storage domain", {
  locked: { created: "unattached", attached: "active", "attach-failed": "unattached", detached: "unattached" },
  unattached: { attach: "locked", remove: "locked" },
  maintenance: { activate: "activating", detach: "locked" },
  activating: {
    "seen-valid": "active",
    "seen-invalid": "inactive",
    lost: "unknown",
    deactivate: "preparing_for_maintenance",
  },
  active: { "seen-invalid": "inactive", lost: "unknown", deactivate: "preparing_for_maintenance" },
  inactive: {
    "seen-valid": "active",
    lost: "unknown",
    activate: "activating",
    deactivate: "preparing_for_maintenance",
  },
  preparing_for_maintenance: { deactivated: "maintenance", activate: "activating" },
  // No host that could tell is up.
  unknown: {
    "seen-valid": "active",
    "seen-invalid": "inactive",
    activate: "activating",
    deactivate: "preparing_for_maintenance",
  },
});

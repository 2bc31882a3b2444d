import type { SecurityLabel } from "@yagura/domain-xml";
import type { QemuUser } from "./disk-access.ts";

/** The group of all files on shared storage (oVirt's kvm), by number: not every host has a name for it. */
export const STORAGE_GID = 36;

/**
 * Whom QEMU runs as for a guest with disks on shared storage. Their owners and modes (36:36, 0660) are those of every
 * host, and a server that squashes root would not let us change them: so QEMU joins the group, for this guest alone.
 */
export function joinStorageGroup(user: QemuUser): QemuUser {
  if (isInStorageGroup(user)) return user;
  return { ...user, gid: STORAGE_GID, groups: [...new Set([...user.groups, user.gid])] };
}

/** What the whole guest must be labelled so that it runs as that; `undefined`: it does already. */
export function labelOfStorageGroup(user: QemuUser): SecurityLabel | undefined {
  if (isInStorageGroup(user)) return undefined;
  // libvirt keeps the supplementary groups of its own user whatever the label says, and its primary one among them.
  return { model: "dac", type: "static", relabels: true, label: `+${user.uid}:+${STORAGE_GID}` };
}

function isInStorageGroup({ gid, groups }: QemuUser): boolean {
  return gid === STORAGE_GID || groups.includes(STORAGE_GID);
}

import type { ImageId } from "@yagura/std/ids.ts";
import type { VmView } from "./vm.ts";
import { hasProcess } from "./vm-status.ts";

/**
 * The images that these VMs have open, or are about to open; `undefined`: it cannot be said, because the disks of one of
 * them are not known. Then any image may be in use.
 */
export function listImagesInUse(vms: readonly VmView[]): ReadonlySet<ImageId> | undefined {
  const alive = vms.filter(({ status }) => hasProcess(status) || status === "WaitForLaunch");
  if (alive.some((vm) => vm.domain === undefined)) return undefined;
  return new Set(alive.flatMap((vm) => (vm.domain?.disks ?? []).flatMap(({ volume }) => volume?.imageId ?? [])));
}

/** Whether one of these VMs has the image open, or may have. */
export function isImageInUse(vms: readonly VmView[], imageId: ImageId): boolean {
  return listImagesInUse(vms)?.has(imageId) ?? true;
}

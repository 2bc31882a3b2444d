import { formatBytes } from "@yagura/std/units.ts";
import type { HostFilter } from "../host-view.ts";

export const enoughMemory: HostFilter = (vm, host) => {
  const freeBytes = host.freeMemoryBytes - host.pendingMemoryBytes;
  return freeBytes >= vm.memoryBytes
    ? undefined
    : `has ${formatBytes(Math.max(0, freeBytes))} of memory free, the VM needs ${formatBytes(vm.memoryBytes)}`;
};

import { later } from "./later.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm, VmListener } from "./vm.ts";
import { writeRunRecord } from "./write-vm-record.ts";

/** Keeps in the record of each VM since when an I/O error has paused it: an agent that starts anew goes on counting. */
export function keepPauseRecord(context: VirtContext): VmListener {
  const recorded = new WeakMap<Vm, number>();
  return (vm, change) => {
    if (change !== "status") return;
    const { ioPausedAtMs, status } = vm.view;
    if (recorded.get(vm) === ioPausedAtMs) return;
    if (ioPausedAtMs === undefined) recorded.delete(vm);
    else recorded.set(vm, ioPausedAtMs);
    // How it ended is written by whoever follows that.
    if (status !== "Down") later(context, vm, () => writeRunRecord(context, vm));
  };
}

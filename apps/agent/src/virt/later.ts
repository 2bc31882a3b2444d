import { describeError } from "@yagura/std/describe-error.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";

/** Work that follows from something seen of a VM: done in its turn, if the VM is still the same by then. Never throws. */
export function later({ vms, log }: VirtContext, vm: Vm, work: () => Promise<void>): void {
  const run = async (): Promise<void> => {
    if (vms.find(vm.id) === vm) await work();
  };
  void vms
    .inTurn(vm.id, run)
    .catch((error: unknown) => log.warn("could not follow a VM", { vmId: vm.id, error: describeError(error) }));
}

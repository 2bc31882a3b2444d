import { readDomainState } from "./domain-events.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";

/** Lets the vCPUs turn again. A guest whose storage is still broken stops again at once, and then has not gone on. */
export async function resumeDomain({ hypervisor }: VirtContext, vm: Vm): Promise<void> {
  await hypervisor.resume(vm.id);
  // Events that libvirt sent before this answer have been followed by now; those after it are still to come.
  const state = await hypervisor.findState(vm.id);
  if (state !== undefined && readDomainState(state.state, state.reason) === "running") vm.becomeResumed();
}

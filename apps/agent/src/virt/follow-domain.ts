import { adoptDomain } from "./adopt-domain.ts";
import { teardownDisks } from "./destroy-vm.ts";
import { readLifecycleEvent } from "./domain-events.ts";
import type { DomainEvent } from "./hypervisor.ts";
import { later } from "./later.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { decideExit, type StopDetail } from "./vm-exit.ts";
import { writeVmRecord } from "./write-vm-record.ts";

export interface FollowOptions {
  /** A guest's agent has just connected: ask it now, not at the next period. */
  onGuestAgent(vm: Vm): void;
}

/**
 * What an event of libvirt's means for a VM of ours. Events of other domains are none of our business.
 * Never throws, never waits: what takes time goes into the VM's queue.
 */
export function followDomain(context: VirtContext, event: DomainEvent, { onGuestAgent }: FollowOptions): void {
  const vm = context.vms.find(event.vmId);
  if (vm === undefined) return;
  switch (event.kind) {
    case "lifecycle":
      followLifecycle(context, vm, event);
      return;
    case "rebooted":
      vm.forgetGuest();
      vm.become("rebooted");
      return;
    case "io-error":
      if (!event.pauses) return;
      context.log.warn("a VM is paused by an I/O error", { ...event });
      vm.become("suspended", { pauseCode: event.pauseCode, ioError: event });
      return;
    case "agent":
      vm.setGuestAgentConnected(event.isConnected);
      if (event.isConnected) onGuestAgent(vm);
      return;
    case "graphics":
      vm.setConsoleClient(event.clientAddress);
  }
}

function followLifecycle(context: VirtContext, vm: Vm, event: { event: number; detail: number }): void {
  // Whoever starts it looks at the result; events of a failing start would tell the wrong reason.
  if (vm.status === "WaitForLaunch") return;
  const change = readLifecycleEvent(event.event, event.detail);
  switch (change.kind) {
    case "suspended":
      // The I/O error event, which knows the reason, comes beside this one.
      if (change.because === "io-error") vm.become("suspended", { pauseCode: vm.view.ioError?.pauseCode ?? "EOTHER" });
      else if (change.because === "postcopy-failed") vm.become("suspended", { pauseCode: "POSTCOPY" });
      else vm.become("suspended", { pauseCode: "NOERR" });
      return;
    case "resumed":
      vm.becomeResumed();
      return;
    case "powering-off":
      if (change.by !== "unknown") vm.poweredOffBy = change.by;
      return;
    case "stopped":
      stopped(context, vm, change.detail);
      return;
    case "started":
    // Somebody started a domain of ours that was Down, or migration brought it.
    case "crashed":
    // The guest panicked; what libvirt then does with it depends on the domain.
    case "undefined":
      // Undefining a running domain only makes it transient; only the state can tell.
      later(context, vm, () => adoptDomain(context, vm));
      return;
    case "nothing":
  }
}

function stopped(context: VirtContext, vm: Vm, detail: StopDetail): void {
  const { asked, poweredOffBy } = vm;
  const exit = decideExit({
    detail,
    ...(asked !== undefined && { asked }),
    ...(poweredOffBy !== undefined && { poweredOffBy }),
  });
  context.log.info("a VM ended", { vmId: vm.id, vmName: vm.name, ...exit });
  if (!vm.become("stopped", { exit })) return;
  // One that is being destroyed is cleaned up by the operation that destroys it.
  if (asked === "destroy") return;
  later(context, vm, async () => {
    const { startedAtMs } = vm.view;
    await writeVmRecord(context, vm, { phase: "started", exit, ...(startedAtMs !== undefined && { startedAtMs }) });
    await teardownDisks(context, vm);
  });
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import { runningVm } from "./operate-vm.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import type { VmStatus } from "./vm-status.ts";
import { writeVmRecord } from "./write-vm-record.ts";

export interface ShutdownVm {
  readonly vmId: VmId;
  readonly isReboot: boolean;
  /** How long to wait before the guest is asked. */
  readonly delaySeconds: number;
  /** How long each way of asking may take before the next is tried. */
  readonly timeoutSeconds: number;
  /** Whether the VM is destroyed (or reset) when the guest does nothing. */
  readonly isForced: boolean;
}

/** No wait is longer, however long the Manager says: timers of Node end at 25 days, and then at once. */
const WAIT_SECONDS_MAX = 24 * 3600;

/** One way to make a guest go down, from the kindest on. */
export type ShutdownStep = "guest-agent" | "acpi" | "force";

/** The ways that will be tried, in order. */
export function planShutdown(view: { readonly hasAgent: boolean; readonly isForced: boolean }): ShutdownStep[] {
  return [...(view.hasAgent ? (["guest-agent"] as const) : []), "acpi", ...(view.isForced ? (["force"] as const) : [])];
}

/**
 * Asks the guest to shut down or reboot, and returns at once. Steps follow each other until one works; when none does
 * the VM is Up again, unless force was asked for.
 * @throws NoSuchVm, VmIsDown
 */
export function shutdownVm(context: VirtContext, wanted: ShutdownVm): void {
  const vm = runningVm(context, wanted.vmId);
  if (!wanted.isReboot) {
    vm.asked = "shutdown";
    void recordAsked(context, vm, "shutdown");
  }
  vm.become(wanted.isReboot ? "reboot-asked" : "shutdown-asked");
  void drive(context, vm, wanted).catch((error: unknown) =>
    context.log.warn("could not shut a VM down", { vmId: vm.id, error: describeError(error) }),
  );
}

async function drive(context: VirtContext, vm: Vm, wanted: ShutdownVm): Promise<void> {
  const { log } = context;
  const during: VmStatus = wanted.isReboot ? "RebootInProgress" : "Powering down";
  const steps = planShutdown({ hasAgent: vm.view.isGuestAgentConnected, isForced: wanted.isForced });
  const delayMs = Math.min(wanted.delaySeconds, WAIT_SECONDS_MAX) * 1000;
  const timeoutMs = Math.min(wanted.timeoutSeconds, WAIT_SECONDS_MAX) * 1000;
  const isStillWanted = (): boolean => vm.status === during && context.vms.find(vm.id) === vm;
  if (delayMs > 0 && (await leaves(context, vm, { status: during, timeoutMs: delayMs }))) return;
  for (const step of steps) {
    if (!isStillWanted()) return;
    try {
      // By its turn the VM may have come back, or be another one of the same id: that one nobody wants to end.
      await context.vms.inTurn(vm.id, async () => {
        if (isStillWanted()) await take(context, vm, { step, isReboot: wanted.isReboot });
      });
      log.info("asked a guest to go down", { vmId: vm.id, by: step, isReboot: wanted.isReboot });
    } catch (error) {
      log.warn("a guest could not be asked to go down", { vmId: vm.id, by: step, error: describeError(error) });
      continue;
    }
    if (await leaves(context, vm, { status: during, timeoutMs })) return;
  }
  if (vm.status === during) {
    vm.asked = undefined;
    vm.become("shutdown-given-up");
    await recordAsked(context, vm, undefined);
  }
}

async function take(
  context: VirtContext,
  vm: Vm,
  { step, isReboot }: { step: ShutdownStep; isReboot: boolean },
): Promise<void> {
  const { hypervisor } = context;
  if (step !== "force") return isReboot ? hypervisor.reboot(vm.id, step) : hypervisor.shutdown(vm.id, step);
  if (!isReboot) return hypervisor.destroy(vm.id, { isGraceful: true });
  await hypervisor.reset(vm.id);
  vm.forgetGuest();
  vm.become("rebooted");
}

/** Waits until the VM is in another status; false when the time is up. */
async function leaves(
  { clock, vms }: VirtContext,
  vm: Vm,
  { status, timeoutMs }: { status: VmStatus; timeoutMs: number },
): Promise<boolean> {
  if (vm.status !== status) return true;
  const left = new AbortController();
  const stop = vms.onChange((changed) => {
    if (changed === vm && vm.status !== status) left.abort();
  });
  try {
    await clock.sleep(timeoutMs, left.signal);
    return false;
  } catch {
    return true; // Only the change of status ends the sleep early.
  } finally {
    stop();
  }
}

/** So that the end of the VM is explained rightly even if this agent is restarted before it comes. */
async function recordAsked(context: VirtContext, vm: Vm, asked: "shutdown" | undefined): Promise<void> {
  const { startedAtMs } = vm.view;
  await writeVmRecord(context, vm, {
    phase: "started",
    ...(asked !== undefined && { asked }),
    ...(startedAtMs !== undefined && { startedAtMs }),
  });
}

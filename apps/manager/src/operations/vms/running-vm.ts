import { type VmEvent, type VmStatus, vmLifecycle } from "@yagura/lifecycles";
import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { getVm } from "../../db/queries/vms.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { Vm } from "../../domain/vm/vm.ts";

/** The sentence for a VM to which something cannot be done because it does not run. */
export function notRunning(status: VmStatus): string {
  if (status === "image_locked") return "VM is locked.";
  return status === "unknown" ? "The state of the VM is unknown: its Host does not answer." : "VM is not running.";
}

/**
 * A VM whose guest can be asked for something now, and where it runs.
 * @throws OperationRefused
 */
export async function getRunningVm(
  { db }: OpContext,
  vmId: VmId,
  { attempt, event }: { readonly attempt: string; readonly event: VmEvent },
): Promise<{ readonly vm: Vm; readonly hostId: HostId }> {
  const vm = await getVm(db, vmId);
  const { hostId, status } = vm.run;
  if (hostId === undefined || !vmLifecycle.canHappen(status, event)) {
    const because =
      status === "paused" || status === "wait_for_launch"
        ? `VM is ${status.replaceAll("_", " ")}.`
        : notRunning(status);
    throw new OperationRefused("conflict", attempt, [because]);
  }
  const [lock] = await listLocks(db, [`vm:${vmId}`]);
  if (lock !== undefined) {
    throw new OperationRefused("conflict", attempt, [
      `VM is locked. Related operation is currently in progress (${lock.reason}).`,
    ]);
  }
  return { vm, hostId };
}

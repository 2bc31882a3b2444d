import { mayRun } from "@yagura/lifecycles";
import type { Vm } from "./vm.ts";
import type { VmHardware } from "./vm-hardware.ts";

/** What the VM has now: what its guest was started with as long as it runs, else what it will be started with. Pure. */
export function currentHardware({ run, hardware }: Pick<Vm, "run" | "hardware">): VmHardware {
  return mayRun(run.status) ? (run.hardware ?? hardware) : hardware;
}

/**
 * What a running guest has after a change of its VM. Whether and how early it is restarted is for the Manager alone, so that
 * counts at once; all else is part of the guest, and waits for its next start. Pure.
 */
export function hardwareWhileRunning(running: VmHardware, changed: VmHardware): VmHardware {
  const { isHighlyAvailable, haPriority } = changed;
  return { ...running, isHighlyAvailable, haPriority };
}

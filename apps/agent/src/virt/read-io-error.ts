import { describeError } from "@yagura/std/describe-error.ts";
import { isIoErrorPause } from "./decide-resume.ts";
import type { PauseCode } from "./domain-events.ts";
import type { VirtContext } from "./virt-context.ts";
import type { IoError, Vm } from "./vm.ts";

/** At which of its disks a VM has stopped, when no event told it: that came before this agent, or was lost. */
export async function readIoError(
  { hypervisor, log }: VirtContext,
  vm: Vm,
): Promise<{ pauseCode: PauseCode; ioError?: IoError }> {
  const { pauseCode, ioError, domain } = vm.view;
  if (isIoErrorPause(pauseCode)) return { pauseCode, ...(ioError !== undefined && { ioError }) };
  try {
    const errors = await hypervisor.readDiskErrors(vm.id);
    // More space is what can be waited for; as long as another disk has failed in another way, that comes first.
    const error = errors.find((one) => one.pauseCode === "EIO") ?? errors[0];
    if (error === undefined) return { pauseCode: "EOTHER" };
    const disk = domain?.disks.find(({ target }) => target === error.target);
    const at = { alias: disk?.alias ?? error.target, path: disk?.source?.path ?? "" };
    return { pauseCode: error.pauseCode, ioError: { ...at, pauseCode: error.pauseCode } };
  } catch (error) {
    log.warn("could not ask at which disk a VM has stopped", { vmId: vm.id, error: describeError(error) });
    return { pauseCode: "EOTHER" };
  }
}

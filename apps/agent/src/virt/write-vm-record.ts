import { formatXml } from "@yagura/domain-xml";
import { describeError } from "@yagura/std/describe-error.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { formatBareVmRecord, recordNamespace, recordPrefix, type VmRecord } from "./vm-record.ts";

/** Writes what this agent keeps of a VM into its metadata. Failing to is not worth failing the operation. */
export async function writeVmRecord({ hypervisor, log }: VirtContext, vm: Vm, record: VmRecord): Promise<void> {
  const xml = formatXml(formatBareVmRecord(record));
  const element = { prefix: recordPrefix, namespace: recordNamespace, xml };
  try {
    await hypervisor.setMetadata(vm.id, element, { isActive: vm.status !== "Down" });
  } catch (error) {
    log.warn("could not write a VM's record", { vmId: vm.id, error: describeError(error) });
  }
}

/** Writes down of a VM that runs what a new agent could not find out by itself. */
export function writeRunRecord(context: VirtContext, vm: Vm): Promise<void> {
  const { startedAtMs, ioPausedAtMs } = vm.view;
  const { asked } = vm;
  return writeVmRecord(context, vm, {
    phase: "started",
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(ioPausedAtMs !== undefined && { ioPausedAtMs }),
    ...(asked !== undefined && asked !== "reboot-destroy" && { asked }),
  });
}

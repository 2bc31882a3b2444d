import type { VMFullInfo, VmDefinition, VmShortStatus } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import { EVENT_TIME_BASE } from "../event-clock.ts";
import { reachableAddresses } from "../virt/guest-data.ts";
import type { VmView } from "../virt/vm.ts";
import { formatStatusTime } from "./format-vm-stats.ts";

/** What `VM.create`, `VM.getInfo` and the operations answer. */
export function formatVmDefinition(vm: VmView): VmDefinition {
  const { exit } = vm;
  return {
    vmId: vm.vmId,
    vmName: vm.name,
    vmType: "kvm",
    status: vm.status,
    statusTime: String(formatStatusTime(vm)),
    pauseCode: vm.pauseCode,
    kvmEnable: vm.domain?.domainType === "kvm",
    memSize: Math.round((vm.domain?.memoryBytes ?? 0) / MiB),
    smp: vm.domain?.vcpuCount ?? 0,
    emulatedMachine: vm.domain?.machine ?? "",
    xml: vm.xml,
    ...(vm.pid !== undefined && { pid: vm.pid }),
    ...(exit !== undefined && { exitCode: exit.code, exitMessage: exit.message }),
  };
}

/** An entry of `Host.getVMFullList`. */
export function formatVmFullInfo(vm: VmView): VMFullInfo {
  return {
    vmId: vm.vmId,
    vmName: vm.name,
    vmType: "kvm",
    status: vm.status,
    statusTime: EVENT_TIME_BASE + Math.round(vm.statusSinceMs),
    pauseCode: vm.pauseCode,
    kvmEnable: vm.domain?.domainType === "kvm",
    memSize: Math.round((vm.domain?.memoryBytes ?? 0) / MiB),
    smp: vm.domain?.vcpuCount ?? 0,
    emulatedMachine: vm.domain?.machine ?? "",
    arch: "x86_64",
    guestFQDN: vm.guest.hostName ?? "",
    guestIPs: reachableAddresses(vm.guest.nics ?? []).join(" "),
    username: vm.guest.users?.[0] ?? "Unknown",
    clientIp: vm.consoleClient ?? "",
    devices: [],
    xml: vm.xml,
    ...(vm.pid !== undefined && { pid: vm.pid }),
  };
}

/** An entry of `Host.getVMList` when more than ids is wanted. */
export function formatVmShortStatus(vm: VmView): VmShortStatus {
  return { vmId: vm.vmId, status: vm.status, statusTime: formatStatusTime(vm) };
}

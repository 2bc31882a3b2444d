import type { VmBase } from "@yagura/rest-model";
import type { BootDevice, VmHardware } from "../../domain/vm/vm-hardware.ts";
import { defined } from "../defined.ts";

/**
 * What a body says of a VM's or template's hardware; what it does not say stays as it is.
 * @param before its CPU topology so far: a body may name only one of its three numbers.
 */
export function readHardware(body: VmBase, before?: VmHardware["cpu"]): Partial<VmHardware> {
  const { memory_policy: policy, cpu, bios, os, high_availability: availability } = body;
  const biosType = bios?.type;
  return defined({
    memoryBytes: body.memory,
    memoryMaxBytes: policy?.max,
    memoryGuaranteedBytes: policy?.guaranteed,
    cpu: cpu?.topology && { sockets: 1, cores: 1, threads: 1, ...before, ...defined(cpu.topology) },
    biosType: biosType === "cluster_default" ? undefined : biosType,
    osType: os?.type,
    bootDevices: os?.boot?.devices as readonly BootDevice[] | undefined,
    hasBootMenu: bios?.boot_menu?.enabled,
    hasSerialConsole: body.console?.enabled,
    hasSoundcard: body.soundcard_enabled,
    hasBalloon: policy?.ballooning,
    hasRng: body.rng_device === undefined ? undefined : true,
    hasTpm: body.tpm_enabled,
    isHighlyAvailable: availability?.enabled,
    haPriority: availability?.priority,
    isStateless: body.stateless,
    storageErrorBehaviour: body.storage_error_resume_behaviour,
    cpuShares: body.cpu_shares,
    ioThreads: body.io?.threads,
    timeZone: body.time_zone?.name,
    customEmulatedMachine: body.custom_emulated_machine,
    customCpuModel: body.custom_cpu_model,
  });
}

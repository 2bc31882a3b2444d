import type { VmBase } from "@yagura/rest-model";
import type { VmType } from "../../domain/vm/vm.ts";
import type { VmHardware } from "../../domain/vm/vm-hardware.ts";

/**
 * What VMs and templates are made of. Several members are always there although they say the ordinary: go-ovirt-client
 * refuses a VM without them.
 */
export function renderHardware(type: VmType, hardware: VmHardware, allContent: boolean): Partial<VmBase> {
  return {
    type,
    bios: { boot_menu: { enabled: hardware.hasBootMenu }, type: hardware.biosType },
    cpu: {
      architecture: "x86_64",
      topology: hardware.cpu,
    },
    cpu_shares: hardware.cpuShares,
    ...(hardware.customCpuModel !== undefined && { custom_cpu_model: hardware.customCpuModel }),
    ...(hardware.customEmulatedMachine !== undefined && { custom_emulated_machine: hardware.customEmulatedMachine }),
    ...(hardware.display === "vnc" && {
      display: {
        allow_override: false,
        copy_paste_enabled: true,
        disconnect_action: "LOCK_SCREEN",
        file_transfer_enabled: true,
        monitors: 1,
        smartcard_enabled: false,
        type: "vnc" as const,
        video_type: "vga" as const,
      },
    }),
    high_availability: { enabled: hardware.isHighlyAvailable, priority: hardware.haPriority },
    io: { threads: hardware.ioThreads },
    memory: hardware.memoryBytes,
    memory_policy: {
      ballooning: hardware.hasBalloon,
      guaranteed: hardware.memoryGuaranteedBytes,
      max: hardware.memoryMaxBytes,
    },
    migration: { auto_converge: "inherit", compressed: "inherit", encrypted: "inherit" },
    multi_queues_enabled: true,
    origin: "ovirt",
    os: { boot: { devices: [...hardware.bootDevices] }, type: hardware.osType },
    placement_policy: { affinity: "migratable" },
    ...(hardware.hasRng && { rng_device: { source: "urandom" as const } }),
    start_paused: false,
    stateless: hardware.isStateless,
    storage_error_resume_behaviour: hardware.storageErrorBehaviour,
    ...(hardware.timeZone !== undefined && { time_zone: { name: hardware.timeZone } }),
    tpm_enabled: hardware.hasTpm,
    usb: { enabled: false },
    virtio_scsi: { enabled: true },
    // Only on request: `all_content`.
    ...(allContent && {
      console: { enabled: hardware.hasSerialConsole },
      initialization: {},
      soundcard_enabled: hardware.hasSoundcard,
    }),
  };
}

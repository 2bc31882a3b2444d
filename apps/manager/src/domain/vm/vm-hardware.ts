import type { DiskId } from "@yagura/std/ids.ts";
import { MiB, TiB } from "@yagura/std/units.ts";
import type { BiosType } from "../cluster/cluster.ts";

/** What a VM is made of, the same for templates. Stored as one document: a new field needs a default here. */
export interface VmHardware {
  readonly memoryBytes: number;
  readonly memoryMaxBytes: number;
  readonly memoryGuaranteedBytes: number;
  readonly cpu: { readonly sockets: number; readonly cores: number; readonly threads: number };
  readonly biosType: BiosType;
  /** oVirt's names of operating systems: "other", "other_linux", "debian_9" … */
  readonly osType: string;
  readonly bootDevices: readonly BootDevice[];
  readonly hasBootMenu: boolean;
  readonly display: "vnc" | "none";
  readonly hasSerialConsole: boolean;
  readonly hasSoundcard: boolean;
  readonly hasBalloon: boolean;
  readonly hasRng: boolean;
  readonly hasTpm: boolean;
  readonly isHighlyAvailable: boolean;
  readonly haPriority: number;
  /** What its host does with it after an I/O error has paused it. */
  readonly storageErrorBehaviour: StorageErrorBehaviour;
  readonly isStateless: boolean;
  readonly cpuShares: number;
  readonly ioThreads: number;
  readonly watchdog: Watchdog | "none";
  /** The disk whose content is in the CD drive. */
  readonly cdromDiskId: DiskId | "none";
  readonly timeZone?: string;
  readonly customEmulatedMachine?: string;
  readonly customCpuModel?: string;
}

/** What happens to a guest that does not wind up its watchdog in time. */
export interface Watchdog {
  readonly model: "i6300esb";
  readonly action: "none" | "reset" | "poweroff" | "pause" | "dump";
}

export type BootDevice = "hd" | "cdrom" | "network";

/**
 * `auto_resume`: it goes on as soon as its storage can be used again. `leave_paused`: until somebody says so. `kill`: it
 * ends when it has been paused for longer than a lease lasts, so that it may be started elsewhere.
 */
export type StorageErrorBehaviour = "auto_resume" | "leave_paused" | "kill";

export const hardwareDefaults: VmHardware = {
  memoryBytes: 1024 * MiB,
  memoryMaxBytes: 4096 * MiB,
  memoryGuaranteedBytes: 1024 * MiB,
  cpu: { sockets: 1, cores: 1, threads: 1 },
  biosType: "q35_sea_bios",
  osType: "other",
  bootDevices: ["hd"],
  hasBootMenu: false,
  display: "vnc",
  hasSerialConsole: true,
  hasSoundcard: false,
  hasBalloon: true,
  hasRng: true,
  hasTpm: false,
  isHighlyAvailable: false,
  haPriority: 0,
  storageErrorBehaviour: "auto_resume",
  isStateless: false,
  cpuShares: 0,
  ioThreads: 1,
  watchdog: "none",
  cdromDiskId: "none",
};

/**
 * `base` with what the caller asks for. Memory that is set alone takes its guarantee (and, if it must, its maximum)
 * along, as oVirt does; values that contradict each other are left for `hardwareProblems` to name.
 */
export function mergeHardware(base: VmHardware, asked: Partial<VmHardware>): VmHardware {
  const merged = { ...base, ...asked };
  if (asked.memoryBytes === undefined) return merged;
  return {
    ...merged,
    memoryGuaranteedBytes: asked.memoryGuaranteedBytes ?? Math.min(base.memoryGuaranteedBytes, asked.memoryBytes),
    memoryMaxBytes: asked.memoryMaxBytes ?? Math.max(base.memoryMaxBytes, asked.memoryBytes * 4),
  };
}

/** Why a VM cannot have this hardware; none when it can. */
export function hardwareProblems(hardware: VmHardware): string[] {
  const problems: string[] = [];
  const { memoryBytes, memoryMaxBytes, memoryGuaranteedBytes, cpu } = hardware;
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < MiB || memoryBytes > 16 * TiB) {
    problems.push("The memory of a VM must be between 1 MiB and 16 TiB.");
  }
  if (memoryBytes % MiB !== 0) problems.push("The memory of a VM must be a whole number of MiB.");
  if (memoryGuaranteedBytes > memoryBytes) problems.push("Physical Memory Guaranteed cannot exceed Memory Size.");
  if (memoryMaxBytes < memoryBytes) problems.push("The maximum memory of a VM cannot be less than its memory.");
  for (const [what, count] of Object.entries(cpu)) {
    if (!Number.isInteger(count) || count < 1 || count > 512)
      problems.push(`The number of ${what} must be between 1 and 512.`);
  }
  if (cpu.sockets * cpu.cores * cpu.threads > 710) problems.push("A VM can have at most 710 virtual CPUs.");
  if (hardware.bootDevices.length === 0) problems.push("A VM needs at least one boot device.");
  if (hardware.biosType === "i440fx_sea_bios")
    problems.push("The machine type i440fx is not supported; use one of q35.");
  if (hardware.biosType === "q35_secure_boot") problems.push("Secure Boot is not supported yet.");
  if (!Number.isInteger(hardware.ioThreads) || hardware.ioThreads < 0 || hardware.ioThreads > 16) {
    problems.push("The number of I/O threads must be between 0 and 16.");
  }
  return problems;
}

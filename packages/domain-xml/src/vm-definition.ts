import type { VmId } from "@yagura/std/ids.ts";
import type { Balloon } from "./devices/balloon.ts";
import type { Channel } from "./devices/channel.ts";
import type { SerialConsole } from "./devices/console.ts";
import type { Cdrom, Disk } from "./devices/disk.ts";
import type { Graphics } from "./devices/graphics.ts";
import type { Nic } from "./devices/nic.ts";
import type { Rng } from "./devices/rng.ts";
import type { SecurityLabel } from "./devices/seclabel.ts";
import type { Tpm } from "./devices/tpm.ts";
import type { Video } from "./devices/video.ts";
import type { Watchdog } from "./devices/watchdog.ts";
import type { VmMetadata } from "./metadata/vm-metadata.ts";

/**
 * Everything that libvirt is told about a guest: a q35 machine with virtio devices. Order in the lists is the order in
 * the document. `formatDomainXml` writes it, `parseVmDefinition` reads it back.
 */
export interface VmDefinition {
  readonly vmId: VmId;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** "qemu" is emulation (TCG), for hosts without VT or AMD-V. */
  readonly domainType: "kvm" | "qemu";
  /** "q35", or one version of it: "pc-q35-7.2". */
  readonly machine: string;
  readonly emulatorPath?: string;
  readonly firmware: Firmware;
  /** A kernel that is booted without asking the firmware for a disk. */
  readonly directBoot?: DirectBoot;
  /** A multiple of 1 KiB, which is what libvirt counts in; anything else is rounded up. */
  readonly memoryBytes: number;
  readonly cpu: CpuDefinition;
  readonly clock: VmClock;
  readonly sysinfo?: SystemInfo;
  readonly drives: readonly (Disk | Cdrom)[];
  readonly nics: readonly Nic[];
  readonly graphics: readonly Graphics[];
  readonly videos: readonly Video[];
  readonly channels: readonly Channel[];
  readonly console?: SerialConsole;
  readonly hasTablet: boolean;
  readonly rngs: readonly Rng[];
  readonly balloon?: Balloon;
  readonly tpm?: Tpm;
  readonly watchdog?: Watchdog;
  readonly seclabels?: readonly SecurityLabel[];
  readonly metadata: VmMetadata;
}

export type Firmware =
  | { readonly kind: "bios" }
  /** libvirt chooses the files by what is installed. */
  | { readonly kind: "uefi"; readonly secureBoot: boolean }
  /** These files. */
  | {
      readonly kind: "uefi-files";
      readonly secureBoot: boolean;
      readonly loaderPath: string;
      readonly nvramTemplatePath?: string;
      readonly nvramPath?: string;
    };

export interface DirectBoot {
  readonly kernelPath: string;
  readonly initrdPath?: string;
  readonly commandLine?: string;
}

export interface CpuDefinition {
  readonly model: CpuModel;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
  /** Up to so many sockets can be plugged in while the guest runs; by default none. */
  readonly socketsMax?: number;
  readonly features?: readonly CpuFeature[];
}

export type CpuModel =
  | { readonly mode: "host-passthrough" | "host-model" | "maximum" }
  | { readonly mode: "custom"; readonly name: string };

export interface CpuFeature {
  readonly name: string;
  readonly policy: "require" | "optional" | "disable" | "forbid" | "force";
}

export type VmClock =
  | { readonly offset: "utc" | "localtime" }
  | { readonly offset: "variable"; readonly adjustmentSeconds: number };

/** What the guest finds in SMBIOS about its "hardware". */
export interface SystemInfo {
  readonly manufacturer: string;
  readonly product: string;
  readonly version?: string;
  readonly serial?: string;
  readonly family?: string;
}

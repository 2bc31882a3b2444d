import type { VmStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId, TemplateId, UserId, VmId } from "@yagura/std/ids.ts";
import type { OwnIcons } from "../icon/icon.ts";
import type { InstanceTypeId } from "../instance-type/instance-type.ts";
import type { VmHardware } from "./vm-hardware.ts";

export type VmType = "server" | "desktop" | "high_performance";

export interface Vm extends OwnIcons {
  readonly id: VmId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly clusterId: ClusterId;
  readonly templateId: TemplateId;
  readonly type: VmType;
  readonly hardware: VmHardware;
  readonly isDeleteProtected: boolean;
  readonly createdAtMs: number;
  readonly createdBy?: UserId;
  /** What its size comes from, as long as it has that size. */
  readonly instanceTypeId?: InstanceTypeId;
  readonly run: VmRun;
}

/** What is known of the guest's run. Written by one place only: `operations/vms` through `become-vm`, and the watch of its host. */
export interface VmRun {
  readonly status: VmStatus;
  /** Where it runs, or may run. Kept while the host is silent: until there is proof, it runs there. */
  readonly hostId?: HostId;
  readonly startedAtMs?: number;
  readonly stoppedAtMs?: number;
  /** What the host, or the user, said when it ended. */
  readonly stopReason?: string;
  readonly pauseReason?: string;
  readonly hardware?: VmHardware;
  readonly guest?: GuestFacts;
  readonly statistics?: VmStatistics;
  readonly displays: readonly VmDisplay[];
  readonly lastSeenAtMs?: number;
}

/** What the guest's agent says. */
export interface GuestFacts {
  readonly hostName?: string;
  readonly fqdn?: string;
  readonly os?: {
    readonly family: string;
    readonly distribution: string;
    readonly version: string;
    readonly kernel: string;
    readonly architecture: string;
    readonly codename: string;
  };
  readonly timeZone?: { readonly name: string; readonly offsetMinutes: number };
  readonly nics: readonly GuestNic[];
  readonly fileSystems: readonly {
    readonly path: string;
    readonly type: string;
    readonly totalBytes: number;
    readonly usedBytes: number;
  }[];
  readonly users: readonly string[];
  readonly applications: readonly string[];
}

export interface GuestNic {
  readonly name: string;
  readonly macAddress: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface VmStatistics {
  readonly atMs: number;
  readonly cpuUserPercent: number;
  readonly cpuSystemPercent: number;
  readonly memoryUsedPercent: number;
  readonly memoryFreeBytes?: number;
  readonly memoryBufferedBytes?: number;
  readonly memoryCachedBytes?: number;
  readonly elapsedMs: number;
  readonly disks: readonly {
    readonly imageId: string;
    readonly device: string;
    readonly readBytesPerSecond: number;
    readonly writeBytesPerSecond: number;
    readonly actualBytes?: number;
  }[];
  readonly nics: readonly {
    readonly macAddress: string;
    readonly device: string;
    readonly receivedBytes: number;
    readonly sentBytes: number;
    readonly receivedErrors: number;
    readonly sentErrors: number;
  }[];
}

export interface VmDisplay {
  readonly type: "vnc" | "spice";
  readonly address: string;
  readonly port?: number;
  readonly tlsPort?: number;
}

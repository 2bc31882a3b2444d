import type { HostStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { HostNetwork, HostNic, HostNicUse, HostNumaNode, HostNumaNodeUse } from "./host-equipment.ts";

export interface Host {
  readonly id: HostId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  /** Host name or IP address at which its agent answers. */
  readonly address: string;
  readonly port: number;
  readonly clusterId: ClusterId;
  readonly status: HostStatus;
  /** Why it is in this status, for people. */
  readonly statusReason?: string;
  /** The UUID of the machine (DMI), as the host itself says. */
  readonly hardwareId?: string;
  /** SHA-256 of its certificate's public key, hex; set by enrolment. Another key is another host. */
  readonly keyFingerprint?: string;
  readonly certificateSubject?: string;
  /** -1: never. */
  readonly spmPriority: number;
  /** Its number (1…250) in the data center's pool. */
  readonly poolNumber: number;
  readonly createdAtMs: number;
  readonly facts?: HostFacts;
  readonly statistics?: HostStatistics;
  readonly lastSeenAtMs?: number;
}

/** What a host says of itself and what seldom changes (from its capabilities and hardware information). */
export interface HostFacts {
  readonly os: {
    readonly name: string;
    readonly version: string;
    readonly prettyName: string;
    readonly kernel: string;
  };
  readonly agentVersion: string;
  readonly libvirtVersion: string;
  readonly qemuVersion: string;
  readonly hasKvm: boolean;
  readonly cpu: {
    readonly model: string;
    readonly flags: readonly string[];
    readonly sockets: number;
    /** Of the whole host. */
    readonly cores: number;
    readonly threads: number;
    readonly speedMhz: number;
  };
  readonly memoryBytes: number;
  readonly reservedMemoryBytes: number;
  readonly emulatedMachines: readonly string[];
  readonly clusterLevels: readonly string[];
  readonly networks: readonly string[];
  readonly iscsiInitiator: string;
  readonly hasSelinuxEnforcing: boolean;
  readonly hardware: {
    readonly manufacturer: string;
    readonly productName: string;
    readonly version: string;
    readonly serialNumber: string;
    readonly uuid: string;
    readonly family: string;
  };
  /** These three are not known of a host that has not been asked since an older version. */
  readonly nics?: readonly HostNic[];
  readonly networksSeen?: readonly HostNetwork[];
  readonly numaNodes?: readonly HostNumaNode[];
}

/** What was measured last; losing it costs nothing. */
export interface HostStatistics {
  readonly atMs: number;
  readonly memoryUsedPercent: number;
  readonly memoryFreeBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
  readonly cpuUserPercent: number;
  readonly cpuSystemPercent: number;
  readonly cpuIdlePercent: number;
  readonly loadAverage5m: number;
  readonly ksmCpuPercent: number;
  readonly bootedAtMs?: number;
  readonly vmCount: number;
  readonly activeVmCount: number;
  readonly migratingVmCount: number;
  readonly nics?: readonly HostNicUse[];
  readonly numaNodes?: readonly HostNumaNodeUse[];
}

import type { DataCenterId, Id } from "@yagura/std/ids.ts";

export type QosId = Id<"qos">;

/** What it limits: a disk, a VM's CPU, a VM's NIC, or a network on the NIC of a host. */
export const qosTypes = ["storage", "cpu", "network", "hostnetwork"] as const;
export type QosType = (typeof qosTypes)[number];

/** In oVirt's units: MB/s, operations per second, percent of a host's CPUs, Mbit/s; bursts in MB. */
export interface QosLimits {
  readonly maxThroughput?: number;
  readonly maxReadThroughput?: number;
  readonly maxWriteThroughput?: number;
  readonly maxIops?: number;
  readonly maxReadIops?: number;
  readonly maxWriteIops?: number;
  readonly cpuLimit?: number;
  readonly inboundAverage?: number;
  readonly inboundPeak?: number;
  readonly inboundBurst?: number;
  readonly outboundAverage?: number;
  readonly outboundPeak?: number;
  readonly outboundBurst?: number;
  readonly outboundAverageLinkshare?: number;
  readonly outboundAverageUpperlimit?: number;
  readonly outboundAverageRealtime?: number;
}

/** A limit with a name; things of its data center refer to it. Only the limits of its type are there. */
export interface Qos {
  readonly id: QosId;
  readonly name: string;
  readonly description: string;
  readonly dataCenterId: DataCenterId;
  readonly type: QosType;
  readonly limits: QosLimits;
}

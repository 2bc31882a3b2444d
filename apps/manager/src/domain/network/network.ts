import type { ClusterId, DataCenterId, NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import type { QosId } from "../qos/qos.ts";

export type NetworkUsage = "management" | "display" | "vm" | "migration" | "default_route";

export interface Network {
  readonly id: NetworkId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly dataCenterId: DataCenterId;
  readonly vlanTag?: number;
  /** 0: the default of the host. */
  readonly mtuBytes: number;
  readonly isVmNetwork: boolean;
  /** What it is called on hosts: its name, if that can be the name of a bridge. */
  readonly vdsmName: string;
  /** Hosts take part in the spanning tree of its bridges. */
  readonly hasStp: boolean;
  /** VMs on it reach the world, but not each other. */
  readonly isPortIsolated: boolean;
  readonly nameServers: readonly string[];
  /** Hosts put all networks of a label on their interface of that label. */
  readonly label?: string;
  /** Of type `hostnetwork`. */
  readonly qosId?: QosId;
}

/** A network as one cluster uses it. */
export interface ClusterNetwork {
  readonly clusterId: ClusterId;
  readonly networkId: NetworkId;
  readonly isRequired: boolean;
  readonly usages: readonly NetworkUsage[];
}

export interface VnicProfile {
  readonly id: VnicProfileId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly networkId: NetworkId;
  readonly hasPortMirroring: boolean;
  /** libvirt's name of what is let through; none: everything. */
  readonly networkFilter?: string;
  /** Of type `network`. */
  readonly qosId?: QosId;
}

/** Each data center has it from the beginning; hosts reach the Manager over it, VMs may use it. */
export const managementNetworkName = "ovirtmgmt";

import type { ClusterId, DataCenterId, NetworkId, VnicProfileId } from "@yagura/std/ids.ts";

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
}

/** Each data center has it from the beginning; hosts reach the Manager over it, VMs may use it. */
export const managementNetworkName = "ovirtmgmt";

import type { ClusterId, DataCenterId } from "@yagura/std/ids.ts";
import type { MacPoolId } from "../data-center/data-center.ts";

export type BiosType = "q35_sea_bios" | "q35_ovmf" | "q35_secure_boot" | "i440fx_sea_bios";

export interface Cluster {
  readonly id: ClusterId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly dataCenterId: DataCenterId;
  readonly architecture: "x86_64";
  /** "" as long as no host has told what it can. */
  readonly cpuType: string;
  readonly compatibilityVersion: string;
  readonly biosType: BiosType;
  /** Where the NICs of its VMs get their addresses from. */
  readonly macPoolId: MacPoolId;
}

export interface NewCluster {
  readonly id: ClusterId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly dataCenterId: DataCenterId;
  readonly cpuType?: string;
  readonly compatibilityVersion?: string;
  readonly biosType?: BiosType;
  /** By default that of its data center. */
  readonly macPoolId?: MacPoolId;
}

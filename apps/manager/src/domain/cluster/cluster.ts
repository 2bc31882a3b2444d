import type { ClusterId, DataCenterId } from "@yagura/std/ids.ts";

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
}

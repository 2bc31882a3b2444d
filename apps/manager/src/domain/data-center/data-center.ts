import type { DataCenterStatus } from "@yagura/lifecycles";
import type { DataCenterId, HostId, Id } from "@yagura/std/ids.ts";

export type MacPoolId = Id<"mac-pool">;

export interface DataCenter {
  readonly id: DataCenterId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  /** A local data center has one host, and its storage is a directory of that host. */
  readonly isLocal: boolean;
  readonly status: DataCenterStatus;
  readonly compatibilityVersion: string;
  readonly macPoolId: MacPoolId;
  /** Counts each change of the master domain; hosts refuse a pool with another version. 0: no master yet. */
  readonly masterVersion: number;
  readonly spmHostId?: HostId;
}

export interface NewDataCenter {
  readonly id: DataCenterId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly isLocal: boolean;
  readonly compatibilityVersion?: string;
}

export const compatibilityVersions = ["4.7", "4.6"] as const;
export const latestCompatibilityVersion = "4.7";

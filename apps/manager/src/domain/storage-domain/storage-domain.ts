import type { StorageDomainStatus } from "@yagura/lifecycles";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { StorageConnection, StorageConnectionId, StorageLocation, StorageType } from "./storage-connection.ts";

export type { StorageConnection, StorageConnectionId, StorageType } from "./storage-connection.ts";

export interface StorageDomain {
  readonly id: StorageDomainId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly purpose: "data";
  readonly type: StorageType;
  readonly formatVersion: number;
  readonly status: StorageDomainStatus;
  /** One domain of a data center is its master: it carries the pool's tasks. */
  readonly isMaster: boolean;
  readonly dataCenterId?: DataCenterId;
  readonly connection: StorageConnection;
  readonly availableBytes?: number;
  readonly usedBytes?: number;
  /** What the disks on it have been promised. */
  readonly committedBytes: number;
  readonly wipeAfterDelete: boolean;
  readonly createdAtMs: number;
}

export interface NewStorageDomain {
  readonly id: StorageDomainId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly type: StorageType;
  readonly wipeAfterDelete?: boolean;
  /** An existing connection, or a new one. */
  readonly connection: { readonly id: StorageConnectionId } | StorageLocation;
  /** The host that creates it; for a local one also the host that has it. Of shared storage any host that is up will do. */
  readonly hostId?: HostId;
}

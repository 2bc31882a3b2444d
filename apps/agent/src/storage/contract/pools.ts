// Pools and the SPM role: StoragePool.*.
import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { StorageType } from "@yagura/storage-format";
import type { DomainStats } from "./domains.ts";
import type { PoolId, SpmEpoch } from "./spm-order.ts";

export interface StoragePools {
  /** Attaches the domains and makes one the master. Any host may, since there is no SPM yet. */
  create(pool: NewPool): Promise<void>;
  /** SPM only: gives all domains free and forgets the pool. */
  destroy(poolId: PoolId, epoch?: number): Promise<void>;
  /** Repeating with new statuses refreshes them. */
  connect(pool: PoolConnection): Promise<void>;
  /** Refused while this host is its SPM (656). A pool that is not connected is no error. */
  disconnect(poolId: PoolId): Promise<void>;
  getInfo(poolId: PoolId): Promise<PoolInfo>;
  /** Returns the id of the task that becomes SPM; poll `tasks.getStatus`, then `getSpmStatus`. */
  startSpm(poolId: PoolId, candidate?: SpmCandidate): Promise<TaskId>;
  /** Ends what runs for the pool: tasks that are not done in a moment are undone. Ends this process if that fails. */
  stopSpm(poolId: PoolId): Promise<void>;
  getSpmStatus(poolId: PoolId): Promise<SpmStatus>;
  /** Of the pools that this host is connected to, the one that a domain is in. */
  findPoolOf(domainId: StorageDomainId): PoolId | undefined;
  /** @throws StorageError 654 when this host is not the SPM of the pool, or not of that epoch; 309 */
  requireSpm(poolId: PoolId, epoch?: number): void;
  /** SPM only. Returns the id of the task that moves the role of the master, with the journal; the epoch is another one then. */
  switchMaster(poolId: PoolId, move: MasterSwitch): Promise<TaskId>;
  /** Any host that is not connected to the pool: makes a domain master in place of one that cannot be reached. */
  reconstructMaster(master: NewMaster): Promise<void>;
  /** SPM only. Domains of older versions are used as they are; refused (394) when that is not what is asked for. */
  upgrade(poolId: PoolId, version: number, epoch?: number): Promise<void>;
  /** The pools this host is connected to. */
  listConnected(): readonly PoolId[];
}

export interface NewPool {
  readonly poolId: PoolId;
  readonly name: string;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  /** All domains, the master among them or not. */
  readonly domainIds: readonly StorageDomainId[];
  /** The clock of all leases of the pool: 10 (by default), 5 or 2. A dead host's leases are free after 8 of it and a minute. */
  readonly ioTimeoutSeconds?: number;
}

export interface PoolConnection {
  readonly poolId: PoolId;
  readonly hostNumber: number;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  /** What the Manager knows of the pool's domains; without it the master alone, active. */
  readonly domains?: ReadonlyMap<StorageDomainId, "active" | "attached">;
}

export interface PoolInfo {
  readonly poolId: PoolId;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  readonly type: StorageType;
  readonly version: number;
  readonly spm: SpmStatus;
  readonly domains: readonly PoolDomainInfo[];
}

export interface PoolDomainInfo {
  readonly domainId: StorageDomainId;
  readonly status: "active" | "attached";
  readonly version: number;
  readonly stats?: DomainStats;
}

export interface MasterSwitch extends SpmEpoch {
  readonly fromDomainId: StorageDomainId;
  readonly toDomainId: StorageDomainId;
  /** Higher than the present one. */
  readonly masterVersion: number;
}

export interface NewMaster {
  readonly poolId: PoolId;
  readonly hostNumber: number;
  readonly masterDomainId: StorageDomainId;
  /** Higher than that of any master before. */
  readonly masterVersion: number;
}

export interface SpmCandidate {
  /** The version that the Manager believes the lease to have had; only the log says when it is wrong. */
  readonly previousLeaseVersion?: number;
}

export interface SpmStatus {
  /** The role of this host. */
  readonly status: "Free" | "Contend" | "SPM";
  /** Version of the lease as the storage says it, which is the epoch; -1 when nobody has it. */
  readonly leaseVersion: number;
  /** Number of the host that holds it; -1 when nobody does, or the one who did is dead. */
  readonly hostNumber: number;
}

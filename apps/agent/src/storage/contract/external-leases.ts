// External leases: Lease.*.
import type { Id, StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { SpmOrder } from "./spm-order.ts";

/** The leases of guests, and of others outside the storage. Local domains have none, nor have those before V4. */
export interface StorageExternalLeases {
  /** SPM only. One that is there is left as it is. */
  create(order: SpmOrder, lease: ExternalLeaseKey): Promise<TaskId>;
  /** SPM only. Refused while a host that may be alive holds it (651). */
  delete(order: SpmOrder, lease: ExternalLeaseKey): Promise<TaskId>;
  /** SPM only. Makes the index and the leases agree. */
  rebuild(order: SpmOrder, domainId: StorageDomainId): Promise<TaskId>;
  /** Where the lease lies; rejects with 936 when there is none. */
  getPlace(lease: ExternalLeaseKey): Promise<{ readonly path: string; readonly offsetBytes: number }>;
  getStatus(lease: ExternalLeaseKey): Promise<ExternalLeaseStatus>;
}

/** Of a guest, for example, the id of the guest. */
export type ExternalLeaseId = Id<"external-lease">;

export interface ExternalLeaseKey {
  readonly domainId: StorageDomainId;
  readonly leaseId: ExternalLeaseId;
}

export interface ExternalLeaseStatus {
  /** The hosts that hold it and are not known to be dead. */
  readonly hostNumbers: readonly number[];
  readonly version: number;
}

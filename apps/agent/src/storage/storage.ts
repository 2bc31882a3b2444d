import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { StorageConnections } from "./contract/connections.ts";
import type { DomainVitals, StorageDomains } from "./contract/domains.ts";
import type { StorageExternalLeases } from "./contract/external-leases.ts";
import type { StorageImages } from "./contract/images.ts";
import type { StorageJobs } from "./contract/jobs.ts";
import type { StoragePools } from "./contract/pools.ts";
import type { StorageTasks } from "./contract/tasks.ts";
import type { StorageVolumes } from "./contract/volumes.ts";

/**
 * The storage of this host, as the verbs of the Manager and the VMs see it. Storage has never heard of guests.
 * Every method rejects with a `StorageError` (its `code` is vdsm's) when the world says no; see README.md.
 */
export interface Storage extends AsyncDisposable {
  readonly connections: StorageConnections;
  readonly domains: StorageDomains;
  readonly pools: StoragePools;
  readonly volumes: StorageVolumes;
  readonly images: StorageImages;
  readonly tasks: StorageTasks;
  readonly jobs: StorageJobs;
  readonly externalLeases: StorageExternalLeases;
  /** For Host.getStats: one entry for each domain of the connected pools, from the last look at it. */
  vitals(): ReadonlyMap<StorageDomainId, DomainVitals>;
  /** Tells when a domain of a connected pool can be used, or not any more: at the first look, and at every change. */
  onDomainChange(listener: (domainId: StorageDomainId, isValid: boolean) => void): () => void;
}

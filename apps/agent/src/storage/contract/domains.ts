// Domains: StorageDomain.*.
import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { DomainClass, StorageType } from "@yagura/storage-format";
import type { PoolId, SpmEpoch } from "./spm-order.ts";

export interface StorageDomains {
  create(domain: NewDomain): Promise<void>;
  /** Removes the domain and everything in it. Refused while it belongs to a pool. */
  format(domainId: StorageDomainId): Promise<void>;
  /** SPM only, as all up to `setDescription`. The last argument is the epoch that the caller means. */
  attach(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  detach(domainId: StorageDomainId, poolId: PoolId, options?: DetachOptions): Promise<void>;
  activate(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  deactivate(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  setDescription(domainId: StorageDomainId, description: string, epoch?: number): Promise<void>;
  /** Resolves when the domain is there and its metadata can be read. */
  validate(domainId: StorageDomainId): Promise<void>;
  getInfo(domainId: StorageDomainId): Promise<DomainInfo>;
  getStats(domainId: StorageDomainId): Promise<DomainStats>;
  /** Ids of the domains on this host's connections: of all, or of those whose metadata can be read and fit. */
  list(filter?: DomainFilter): Promise<readonly StorageDomainId[]>;
  listImages(domainId: StorageDomainId): Promise<readonly ImageId[]>;
  /** Volumes of one image (with those of its template), or of all. */
  listVolumes(domainId: StorageDomainId, imageId?: ImageId): Promise<readonly VolumeId[]>;
}

export interface DomainFilter {
  readonly type?: StorageType;
  readonly class?: DomainClass;
  /** The path of a connection. */
  readonly path?: string;
}

export interface NewDomain {
  readonly domainId: StorageDomainId;
  readonly type: StorageType;
  readonly class: DomainClass;
  readonly name: string;
  /** The path of a connection made before. */
  readonly path: string;
  /** Only 5 is made. */
  readonly version: number;
  readonly blockSizeBytes?: number;
}

export interface DetachOptions extends SpmEpoch {
  /** Also a domain that says it belongs to a pool which nobody serves any more. */
  readonly isForced?: boolean;
}

export interface DomainInfo {
  readonly domainId: StorageDomainId;
  readonly type: StorageType;
  readonly class: DomainClass;
  readonly name: string;
  readonly role: "Regular" | "Master";
  readonly poolIds: readonly PoolId[];
  readonly version: number;
  readonly remotePath: string;
  readonly blockSizeBytes: number;
  readonly alignmentBytes: number;
  /** 0 on a domain that is no master. */
  readonly masterVersion: number;
}

export interface DomainStats {
  readonly totalBytes: number;
  /** What is left for ordinary users of the file system. */
  readonly freeBytes: number;
}

export interface DomainVitals {
  /** 0, or the code of what was wrong at the last look. */
  readonly code: number;
  readonly isValid: boolean;
  /** Seconds since the last look. */
  readonly lastCheckSeconds: number;
  /** How long reading the metadata took. */
  readonly delaySeconds: number;
  readonly version: number;
  /** Of its leases, once they are known. */
  readonly ioTimeoutSeconds?: number;
  /** Whether this host holds its host id on the domain; on a local domain always. */
  readonly isAcquired: boolean;
  /** Whether there was a look at all. */
  readonly isActual: boolean;
}

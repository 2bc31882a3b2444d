import { AgentFault } from "@yagura/agent-protocol";
import { GiB } from "@yagura/std/units.ts";
import type { LeaseSession, SpmLease } from "./leases.ts";

export interface SimulatedVolume {
  readonly volumeId: string;
  readonly imageId: string;
  readonly capacityBytes: number;
  readonly format: "COW" | "RAW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  readonly parentId: string;
  /** Bytes that were uploaded; the content is kept as far as it is small. */
  uploadedBytes: number;
  content: Buffer;
  description: string;
  legality: "LEGAL" | "ILLEGAL";
  /** Counts the changes of its record and content by jobs; 0 to 999. */
  generation: number;
  /** Whose job works on it. */
  lease?: LeaseSession | undefined;
  isShared: boolean;
}

export interface SimulatedDomain {
  readonly domainId: string;
  readonly name: string;
  readonly type: number;
  readonly domainClass: number;
  readonly version: number;
  readonly path: string;
  poolId: string | undefined;
  isMaster: boolean;
  isActive: boolean;
  /** Images, each with its volumes by id. */
  readonly images: Map<string, Map<string, SimulatedVolume>>;
}

export interface SimulatedPool {
  readonly poolId: string;
  readonly name: string;
  masterId: string;
  masterVersion: number;
  /** The lease of the host that is SPM, or was until it gave no sign of life any more. */
  spm: SpmLease | undefined;
  /** The version of that lease: it grows by one with each holder. */
  spmVersion: number;
  /** After so long without a sign of life a host's leases are free. On local storage at once. */
  readonly leaseMs: number;
}

export const domainSizeBytes = 500 * GiB;

export interface SimulatedStorageOptions {
  /** How long the lease of a dead host stands; by default as the pool's io_timeout says, 140 s and less. */
  readonly leaseMs?: number;
}

/** What is on the disks: the same for every host that sees them. Give one to several hosts to let them share it. */
export class SimulatedStorage {
  readonly domains = new Map<string, SimulatedDomain>();
  readonly pools = new Map<string, SimulatedPool>();
  /** While it is set, every look at the storage fails. */
  isFrozen = false;
  readonly #leaseMs: number | undefined;
  readonly #cuts = new Set<string>();

  constructor({ leaseMs }: SimulatedStorageOptions = {}) {
    this.#leaseMs = leaseMs;
  }

  /** From now on this host does not reach the domain; without one, none at all. */
  cut(hostId: string, domainId = anyDomain): void {
    this.#cuts.add(`${hostId} ${domainId}`);
  }

  restore(hostId: string, domainId = anyDomain): void {
    this.#cuts.delete(`${hostId} ${domainId}`);
  }

  isReachable(hostId: string, domainId: string): boolean {
    return !this.isFrozen && !this.#cuts.has(`${hostId} ${domainId}`) && !this.#cuts.has(`${hostId} ${anyDomain}`);
  }

  leaseMsOf(ioTimeoutSeconds: number): number {
    return this.#leaseMs ?? (8 * ioTimeoutSeconds + 60) * 1000;
  }
}

const anyDomain = "*";

/** The storage as one host sees it: through its connections, and as far as nothing is cut. */
export class HostStorage {
  readonly shared: SimulatedStorage;
  readonly #hostId: string;
  readonly #connections: ReadonlyMap<string, string>;

  constructor(shared: SimulatedStorage, hostId: string, connections: ReadonlyMap<string, string>) {
    this.shared = shared;
    this.#hostId = hostId;
    this.#connections = connections;
  }

  get domains(): Map<string, SimulatedDomain> {
    return this.shared.domains;
  }

  get pools(): Map<string, SimulatedPool> {
    return this.shared.pools;
  }

  sees(domainId: string): boolean {
    const domain = this.domains.get(domainId);
    if (domain === undefined || !this.shared.isReachable(this.#hostId, domainId)) return false;
    return [...this.#connections.values()].includes(domain.path);
  }

  /** @throws AgentFault, as the others do. */
  getDomain(domainId: string): SimulatedDomain {
    const domain = this.sees(domainId) ? this.domains.get(domainId) : undefined;
    if (domain === undefined) throw new AgentFault("StorageDomainDoesNotExist", { sdUUID: domainId });
    return domain;
  }

  getPool(poolId: string): SimulatedPool {
    const pool = this.pools.get(poolId);
    if (pool === undefined) throw new AgentFault("StoragePoolUnknown", { spUUID: poolId });
    return pool;
  }

  getImage(domainId: string, imageId: string): Map<string, SimulatedVolume> {
    const image = this.getDomain(domainId).images.get(imageId);
    if (image === undefined) throw new AgentFault("ImageDoesNotExistInSD", { imgUUID: imageId, sdUUID: domainId });
    return image;
  }

  getVolume(domainId: string, imageId: string, volumeId: string): SimulatedVolume {
    const volume = this.getDomain(domainId).images.get(imageId)?.get(volumeId);
    if (volume === undefined) throw new AgentFault("VolumeDoesNotExist", { volUUID: volumeId });
    return volume;
  }

  domainsOf(poolId: string): readonly SimulatedDomain[] {
    return [...this.domains.values()].filter((domain) => domain.poolId === poolId);
  }
}

/** The space a volume takes: all of it, or what was written. */
export function allocatedBytes({ allocation, capacityBytes, uploadedBytes }: SimulatedVolume): number {
  return allocation === "PREALLOCATED" ? capacityBytes : Math.max(uploadedBytes, 4096);
}

export function usedBytes(domain: SimulatedDomain): number {
  return [...domain.images.values()]
    .flatMap((image) => [...image.values()])
    .reduce((sum, volume) => sum + allocatedBytes(volume), 0);
}

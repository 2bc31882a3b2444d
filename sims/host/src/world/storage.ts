import { AgentFault } from "@yagura/agent-protocol";
import { GiB } from "@yagura/std/units.ts";

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
  /** The host that is SPM. */
  spm: { readonly hostId: string; readonly number: number } | undefined;
  spmVersion: number;
}

export const domainSizeBytes = 500 * GiB;

/** What is on the disks: the same for every host that sees them. Give one to several hosts to let them share it. */
export class SimulatedStorage {
  readonly domains = new Map<string, SimulatedDomain>();
  readonly pools = new Map<string, SimulatedPool>();
  /** While it is set, every look at the storage fails. */
  isFrozen = false;

  getDomain(domainId: string): SimulatedDomain {
    const domain = this.isFrozen ? undefined : this.domains.get(domainId);
    if (domain === undefined) throw new AgentFault("StorageDomainDoesNotExist", { sdUUID: domainId });
    return domain;
  }

  getPool(poolId: string): SimulatedPool {
    const pool = this.isFrozen ? undefined : this.pools.get(poolId);
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

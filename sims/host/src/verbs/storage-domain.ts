import { AgentFault, type SomeVerbs, type StorageDomainType, type StorageDomainVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import { holderOf } from "../world/leases.ts";
import { domainSizeBytes, type SimulatedDomain, usedBytes } from "../world/storage.ts";
import { leavePool } from "./storage-pool.ts";

const typeWords: readonly StorageDomainType[] = [
  "UNKNOWN",
  "NFS",
  "FCP",
  "ISCSI",
  "LOCALFS",
  "CIFS",
  "POSIXFS",
  "GLUSTERFS",
];
const classWords = ["Unknown", "Data", "Iso", "Backup"] as const;

export function storageDomainVerbs(world: HostWorld): NonNullable<SomeVerbs["StorageDomain"]> {
  const { storage, connections } = world;
  /** The manager of a pool knows its domains from what it was told, and not from the storage. */
  const getListed = (domainId: string, poolId: string): SimulatedDomain => {
    const domain = world.pool?.domainIds.has(domainId) === true ? storage.domains.get(domainId) : undefined;
    if (domain?.poolId !== poolId) throw new AgentFault("StorageDomainNotInPool", { sdUUID: domainId, spUUID: poolId });
    return domain;
  };
  const getAttached = (domainId: string, poolId: string): SimulatedDomain => {
    storage.getDomain(domainId);
    return getListed(domainId, poolId);
  };
  /** For a pool that is about to begin with it, and so has no SPM. */
  const freeDomain = (domainId: string, poolId: string): void => {
    const domain = storage.getDomain(domainId);
    if (domain.poolId === poolId) throw new AgentFault("StoragePoolUnknown", { spUUID: poolId });
    const former = domain.poolId === undefined ? undefined : storage.pools.get(domain.poolId);
    if (former !== undefined && holderOf(former, world.clock.monotonicMs()) !== undefined) {
      throw new AgentFault("StorageDomainAlreadyAttached", { sdUUID: domainId });
    }
    leavePool(domain);
  };
  const verbs: Partial<StorageDomainVerbs> = {
    async create({ storagedomainID, domainType, typeArgs, name, domainClass, version = 5 }) {
      if (storage.domains.has(storagedomainID))
        throw new AgentFault("StorageDomainAlreadyExists", { sdUUID: storagedomainID });
      if (![3, 4, 5].includes(version)) throw new AgentFault("UnsupportedDomainVersion", { version });
      if (![...connections.values()].includes(typeArgs))
        throw new AgentFault("StorageDomainFSNotMounted", { path: typeArgs });
      storage.domains.set(storagedomainID, {
        domainId: storagedomainID,
        name,
        type: domainType,
        domainClass,
        version,
        path: typeArgs,
        poolId: undefined,
        isMaster: false,
        isActive: false,
        images: new Map(),
      });
    },
    async attach({ storagedomainID, storagepoolID }) {
      world.getPoolAsSpm(storagepoolID);
      const domain = storage.getDomain(storagedomainID);
      if (domain.poolId !== undefined && domain.poolId !== storagepoolID)
        throw new AgentFault("StorageDomainAlreadyAttached", { sdUUID: storagedomainID });
      domain.poolId = storagepoolID;
      world.pool?.domainIds.add(storagedomainID);
    },
    async activate({ storagedomainID, storagepoolID }) {
      world.getPoolAsSpm(storagepoolID);
      getAttached(storagedomainID, storagepoolID).isActive = true;
    },
    async deactivate({ storagedomainID, storagepoolID, masterSdUUID, masterVersion }) {
      const pool = world.getPoolAsSpm(storagepoolID);
      const domain = getListed(storagedomainID, storagepoolID);
      const next = storage.domains.get(masterSdUUID);
      if (domain.isMaster && next !== undefined && next !== domain) {
        domain.isMaster = false;
        next.isMaster = true;
        pool.masterId = masterSdUUID;
        pool.masterVersion = masterVersion;
      }
      domain.isActive = false;
    },
    async detach({ storagedomainID, storagepoolID, force = false }) {
      if (force && world.pool?.poolId !== storagepoolID) return freeDomain(storagedomainID, storagepoolID);
      const pool = world.getPoolAsSpm(storagepoolID);
      // By force a domain leaves also a pool which nobody serves any more: that one is not named.
      const domain = force ? storage.getDomain(storagedomainID) : getAttached(storagedomainID, storagepoolID);
      const isMaster = force ? pool.masterId === storagedomainID : domain.isMaster;
      if (isMaster) throw new AgentFault("CannotDetachMasterStorageDomain", { sdUUID: storagedomainID });
      leavePool(domain);
      world.pool?.domainIds.delete(storagedomainID);
    },
    async format({ storagedomainID }) {
      const domain = storage.getDomain(storagedomainID);
      if (domain.poolId !== undefined)
        throw new AgentFault("CannotFormatAttachedStorageDomain", { sdUUID: storagedomainID });
      storage.domains.delete(storagedomainID);
    },
    async getInfo({ storagedomainID }) {
      const domain = storage.getDomain(storagedomainID);
      const pool = domain.poolId === undefined ? undefined : storage.pools.get(domain.poolId);
      return {
        uuid: domain.domainId,
        name: domain.name,
        type: typeWords[domain.type] ?? "UNKNOWN",
        class: classWords[domain.domainClass] ?? "Unknown",
        role: domain.isMaster ? "Master" : "Regular",
        version: domain.version,
        pool: domain.poolId === undefined ? [] : [domain.poolId],
        master_ver: domain.isMaster ? (pool?.masterVersion ?? 0) : 0,
        lver: pool?.spmVersion ?? -1,
        spm_id: pool?.spm?.number ?? -1,
        block_size: 512,
        alignment: 1048576,
        remotePath: domain.path,
        state: "OK",
      };
    },
    async getStats({ storagedomainID }) {
      const domain = storage.getDomain(storagedomainID);
      return {
        disktotal: String(domainSizeBytes),
        diskfree: String(domainSizeBytes - usedBytes(domain)),
        mdafree: 0,
        mdasize: 0,
        mdavalid: true,
        mdathreshold: true,
      };
    },
    async getImages({ storagedomainID }) {
      return [...storage.getDomain(storagedomainID).images.keys()];
    },
    async getVolumes({ storagedomainID, imageID }) {
      return [...storage.getImage(storagedomainID, imageID).keys()];
    },
    async setDescription({ storagedomainID }) {
      storage.getDomain(storagedomainID);
    },
    async validate({ storagedomainID }) {
      storage.getDomain(storagedomainID);
    },
    async getFileStats({ storagedomainID }) {
      storage.getDomain(storagedomainID);
      return {};
    },
  };
  return verbs;
}

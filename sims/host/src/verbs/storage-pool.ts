import { AgentFault, type SomeVerbs, type StoragePoolVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import { holderOf } from "../world/leases.ts";
import { domainSizeBytes, type SimulatedDomain, usedBytes } from "../world/storage.ts";

/** Connections to this path fail, as a server that is not there. */
const missingPath = "/missing";
/** A local directory has no leases that outlive its host. */
const localType = 4;

export function storagePoolVerbs(world: HostWorld): NonNullable<SomeVerbs["StoragePool"]> {
  const { storage, tasks, connections } = world;
  const verbs: Partial<StoragePoolVerbs> = {
    async connectStorageServer({ connectionParams }) {
      return connectionParams.map(({ id, connection = "" }) => {
        if (connection === "" || connection.endsWith(missingPath)) return { id, status: 477 };
        connections.set(id, connection);
        return { id, status: 0 };
      });
    },
    async disconnectStorageServer({ connectionParams }) {
      for (const { id } of connectionParams) connections.delete(id);
      return connectionParams.map(({ id }) => ({ id, status: 0 }));
    },
    async create({ storagepoolID, name, masterSdUUID, masterVersion, domainList, ioOpTimeoutSec }) {
      if (storage.pools.has(storagepoolID)) throw new AgentFault("StoragePoolAlreadyExists", { spUUID: storagepoolID });
      const domains = domainList.map((domainId) => storage.getDomain(domainId));
      const taken = domains.find(({ poolId }) => poolId !== undefined);
      if (taken !== undefined) throw new AgentFault("StorageDomainAlreadyAttached", { sdUUID: taken.domainId });
      if (!domainList.includes(masterSdUUID)) throw new AgentFault("InvalidParameterException", "masterSdUUID");
      for (const domain of domains) {
        domain.poolId = storagepoolID;
        domain.isMaster = domain.domainId === masterSdUUID;
      }
      const pool = {
        poolId: storagepoolID,
        name,
        masterId: masterSdUUID,
        masterVersion,
        spm: undefined,
        spmVersion: 0,
        leaseMs: storage.getDomain(masterSdUUID).type === localType ? 0 : storage.shared.leaseMsOf(ioOpTimeoutSec),
      };
      storage.pools.set(storagepoolID, pool);
    },
    async connect({ storagepoolID, hostID, masterSdUUID, masterVersion, domainDict }) {
      const pool = storage.pools.get(storagepoolID);
      if (pool === undefined || !storage.sees(masterSdUUID))
        throw new AgentFault("StoragePoolMasterNotFound", { spUUID: storagepoolID });
      if (pool.masterId !== masterSdUUID || pool.masterVersion !== masterVersion) {
        throw new AgentFault("StoragePoolWrongMaster", { spUUID: storagepoolID });
      }
      if (world.pool !== undefined && world.pool.poolId !== storagepoolID)
        throw new AgentFault("CannotConnectMultiplePools");
      const known = storage.domainsOf(storagepoolID).map(({ domainId }) => domainId);
      const domainIds = new Set(domainDict === undefined ? known : [masterSdUUID, ...Object.keys(domainDict)]);
      world.pool = { poolId: storagepoolID, number: hostID, domainIds };
      for (const [domainId, status] of Object.entries(domainDict ?? {})) {
        const domain = storage.domains.get(domainId);
        if (domain !== undefined) domain.isActive = status.toLowerCase() === "active";
      }
    },
    async disconnect({ storagepoolID }) {
      const pool = world.getConnectedPool(storagepoolID);
      if (pool.spm?.session === world.session) throw new AgentFault("IsSpm", { spUUID: storagepoolID });
      world.pool = undefined;
    },
    async destroy({ storagepoolID }) {
      world.getPoolAsSpm(storagepoolID);
      for (const domain of storage.domainsOf(storagepoolID)) leavePool(domain);
      world.spm.forget();
      storage.pools.delete(storagepoolID);
      world.pool = undefined;
    },
    async spmStart({ storagepoolID }) {
      const pool = world.getConnectedPool(storagepoolID);
      return world.spm.start(pool, world.pool?.number ?? -1);
    },
    async spmStop({ storagepoolID }) {
      const pool = world.getPoolAsSpm(storagepoolID);
      if (tasks.ids().length > 0) throw new AgentFault("SpmStopError", "tasks are left");
      world.spm.stop(pool);
    },
    async getSpmStatus({ storagepoolID }) {
      const pool = world.getConnectedPool(storagepoolID);
      const { state: spmStatus, epoch } = world.spm;
      if (spmStatus === "SPM") return { spmStatus, spmId: world.pool?.number ?? -1, spmLver: epoch };
      if (!storage.sees(pool.masterId)) throw new AgentFault("StorageDomainAccessError", { sdUUID: pool.masterId });
      // Of a lock without versions only its holder knows.
      if (pool.leaseMs === 0) return { spmStatus, spmId: -1, spmLver: -1 };
      const holder = holderOf(pool, world.clock.monotonicMs());
      return { spmStatus, spmId: holder?.number ?? -1, spmLver: pool.spmVersion };
    },
    async getInfo({ storagepoolID }) {
      const pool = world.getConnectedPool(storagepoolID);
      const domains = storage.domainsOf(storagepoolID);
      const words = domains.map((domain) => [domain.domainId, domain.isActive ? "Active" : "Attached"] as const);
      return {
        info: {
          name: pool.name,
          master_uuid: pool.masterId,
          master_ver: pool.masterVersion,
          lver: pool.spmVersion,
          spm_id: pool.spm?.number ?? -1,
          domains: words.map(([domainId, status]) => `${domainId}:${status}`).join(","),
          pool_status: "connected",
          isoprefix: "",
          type: "LOCALFS",
          version: "5",
        },
        dominfo: Object.fromEntries(
          domains.map((domain) => [
            domain.domainId,
            {
              status: domain.isActive ? ("Active" as const) : ("Attached" as const),
              diskfree: String(domainSizeBytes - usedBytes(domain)),
              disktotal: String(domainSizeBytes),
              alerts: [],
              isoprefix: "",
              version: domain.version,
            },
          ]),
        ),
      };
    },
    async switchMaster({ storagepoolID, oldMasterUUID, newMasterUUID, masterVersion }) {
      const pool = world.getPoolAsSpm(storagepoolID);
      const [former, next] = [storage.getDomain(oldMasterUUID), storage.getDomain(newMasterUUID)];
      return tasks.start("switchMaster", () => {
        former.isMaster = false;
        next.isMaster = true;
        pool.masterId = newMasterUUID;
        pool.masterVersion = masterVersion;
      });
    },
    async reconstructMaster({ storagepoolID, masterSdUUID, masterVersion }) {
      if (world.pool !== undefined) throw new AgentFault("StoragePoolConnected", { spUUID: storagepoolID });
      const next = storage.getDomain(masterSdUUID);
      if (next.poolId !== storagepoolID) throw new AgentFault("StorageDomainNotInPool", { sdUUID: masterSdUUID });
      const pool = storage.getPool(storagepoolID);
      for (const domain of storage.domainsOf(storagepoolID)) domain.isMaster = domain === next;
      pool.masterId = masterSdUUID;
      pool.masterVersion = masterVersion;
    },
    async getDomainsContainingImage({ storagepoolID, imageID }) {
      const domains = storage.domainsOf(storagepoolID);
      return domains.filter(({ images }) => images.has(imageID)).map(({ domainId }) => domainId);
    },
    async upgrade() {
      return "started";
    },
    async refresh({ storagepoolID }) {
      world.getConnectedPool(storagepoolID);
    },
  };
  return verbs;
}

export function leavePool(domain: SimulatedDomain): void {
  domain.poolId = undefined;
  domain.isMaster = false;
  domain.isActive = false;
}

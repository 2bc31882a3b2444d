import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import { poolDomainLink, poolMasterLink, poolPath } from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type {
  NewPool,
  PoolConnection,
  PoolDomainInfo,
  PoolId,
  PoolInfo,
  SpmCandidate,
  SpmStatus,
  StoragePools,
} from "../storage.ts";
import type { TaskStore } from "../tasks/task-store.ts";
import { type ConnectedPool, requireSpm } from "./connected-pool.ts";
import { Spm } from "./spm.ts";
import { journalOf, readSpmStatus, type SpmRoleWorld, startSpm, stopSpm } from "./spm-role.ts";

interface PoolsWorld extends SpmRoleWorld {
  readonly repositoryPath: string;
}

/** The pools this host is connected to. Nothing of it is kept over a restart: the Manager connects again. */
export class Pools implements StoragePools {
  readonly #connected = new Map<PoolId, ConnectedPool>();
  readonly #world: PoolsWorld;

  constructor(world: PoolsWorld) {
    this.#world = world;
  }

  async create({ poolId, masterDomainId, masterVersion, domainIds }: NewPool): Promise<void> {
    if (this.#connected.has(poolId)) throw new StorageError("StoragePoolConnected", `pool ${poolId} is connected`);
    const others = domainIds.filter((domainId) => domainId !== masterDomainId);
    const master = await this.#getFree(masterDomainId, poolId);
    for (const domainId of others) await this.#getFree(domainId, poolId);
    // The master last: with it the pool exists, and repeating this is harmless until then.
    for (const domainId of others) {
      const domain = await this.#world.known.get(domainId);
      await domain.writeMetadata({ ...(await domain.readMetadata()), poolIds: [poolId], role: "Regular" });
    }
    await this.#world.files.makeDirectory(master.paths.masterTasks);
    await this.#world.files.makeDirectory(master.paths.masterVms);
    await master.writeMetadata({ ...(await master.readMetadata()), poolIds: [poolId], role: "Master", masterVersion });
  }

  async destroy(poolId: PoolId): Promise<void> {
    const pool = this.get(poolId);
    requireSpm(pool);
    if (this.#world.tasks.hasRunning(poolId)) {
      throw new StorageError("TaskInProgress", `tasks of pool ${poolId} are running`);
    }
    const { masterDomainId } = pool.connection;
    for (const domainId of [...pool.domains.keys()].filter((id) => id !== masterDomainId))
      await this.#giveFree(domainId);
    await this.#giveFree(masterDomainId);
    await stopSpm(this.#world, pool);
    await this.#forget(poolId);
  }

  async connect(connection: PoolConnection): Promise<void> {
    const { poolId, masterDomainId } = connection;
    await this.#checkMaster(connection);
    const domains = new Map<StorageDomainId, "active" | "attached">(connection.domains ?? [[masterDomainId, "active"]]);
    const present = this.#connected.get(poolId);
    const spm = present?.spm ?? this.#newSpm(poolId);
    if (!spm.isFree && present?.connection.masterDomainId !== masterDomainId) {
      throw new StorageError("StoragePoolWrongMaster", `this host is the SPM of pool ${poolId} with another master`);
    }
    await this.#refreshLinks(connection, [...domains.keys()]);
    this.#connected.set(poolId, { connection, domains, spm });
  }

  async disconnect(poolId: PoolId): Promise<void> {
    const pool = this.#connected.get(poolId);
    if (pool === undefined) return;
    if (!pool.spm.isFree) throw new StorageError("IsSpm", `this host is the SPM of pool ${poolId}`);
    await this.#forget(poolId);
  }

  async getInfo(poolId: PoolId): Promise<PoolInfo> {
    const { connection, domains } = this.get(poolId);
    const { masterDomainId } = connection;
    const master = await (await this.#world.known.get(masterDomainId)).readMetadata();
    return {
      poolId,
      masterDomainId,
      masterVersion: master.masterVersion ?? connection.masterVersion,
      type: master.type,
      version: master.version,
      spm: await this.getSpmStatus(poolId),
      domains: await Promise.all(
        [...domains].map(([domainId, status]) => this.#describeDomain(domainId, status, master.version)),
      ),
    };
  }

  async startSpm(poolId: PoolId, candidate?: SpmCandidate): Promise<TaskId> {
    return startSpm(this.#world, this.get(poolId), candidate);
  }

  async stopSpm(poolId: PoolId): Promise<void> {
    await stopSpm(this.#world, this.get(poolId));
  }

  async getSpmStatus(poolId: PoolId): Promise<SpmStatus> {
    return readSpmStatus(this.#world, this.get(poolId));
  }

  listConnected(): PoolId[] {
    return [...this.#connected.keys()];
  }

  /** @throws StorageError 309 */
  get(poolId: PoolId): ConnectedPool {
    const pool = this.#connected.get(poolId);
    if (pool === undefined)
      throw new StorageError("StoragePoolUnknown", `this host is not connected to pool ${poolId}`);
    return pool;
  }

  /** Adds, changes or, with `undefined`, removes a domain of a connected pool, and its link. */
  async setDomain(poolId: PoolId, domainId: StorageDomainId, status: "active" | "attached" | undefined): Promise<void> {
    const { domains } = this.get(poolId);
    const link = poolDomainLink(this.#world.repositoryPath, poolId, domainId);
    if (status === undefined) {
      domains.delete(domainId);
      await this.#world.files.remove(link);
    } else {
      domains.set(domainId, status);
      await this.#world.files.symbolicLink((await this.#world.known.get(domainId)).paths.domain, link);
    }
  }

  /** The journal of the pool's tasks. */
  async openJournal(poolId: PoolId): Promise<TaskStore> {
    const { files, known, log } = this.#world;
    const pool = this.get(poolId);
    const term = requireSpm(pool);
    return journalOf(await known.get(pool.connection.masterDomainId), term.guard(files), log);
  }

  /** Gives all roles back; pools stay connected as far as the storage is concerned. */
  async close(): Promise<void> {
    for (const pool of this.#connected.values()) await stopSpm(this.#world, pool);
    this.#connected.clear();
  }

  #newSpm(poolId: PoolId): Spm {
    const { lock, tasks, endProcess, log } = this.#world;
    const onLost = (): void => {
      // Waiting is for nobody: the tasks say in their status how they ended.
      void tasks.stopAll("this host lost the SPM role", poolId);
    };
    return new Spm({ poolId, lock, onLost, endProcess, log });
  }

  /** A domain that may join a new pool. */
  async #getFree(domainId: StorageDomainId, poolId: PoolId): Promise<StorageDomain> {
    const domain = await this.#world.known.get(domainId);
    const { poolIds, role } = await domain.readMetadata();
    if (poolIds.some((other) => other !== poolId)) {
      throw new StorageError(
        "StorageDomainAlreadyAttached",
        `domain ${domainId} belongs to pool ${poolIds.join(", ")}`,
      );
    }
    if (role === "Master") {
      throw new StorageError("StoragePoolAlreadyExists", `domain ${domainId} is the master of pool ${poolId} already`);
    }
    return domain;
  }

  async #giveFree(domainId: StorageDomainId): Promise<void> {
    const domain = await this.#world.known.get(domainId);
    const { masterVersion: _, ...metadata } = await domain.readMetadata();
    await domain.writeMetadata({ ...metadata, poolIds: [], role: "Regular" });
  }

  async #checkMaster({ poolId, masterDomainId, masterVersion }: PoolConnection): Promise<void> {
    const domain = await this.#world.known.find(masterDomainId);
    if (domain === undefined) {
      throw new StorageError(
        "StoragePoolMasterNotFound",
        `the master ${masterDomainId} of pool ${poolId} is not on this host`,
      );
    }
    const metadata = await domain.readMetadata();
    const isMaster = metadata.role === "Master" && metadata.poolIds.includes(poolId);
    if (!isMaster || metadata.masterVersion !== masterVersion) {
      const found = `${metadata.role} of ${metadata.poolIds.join(", ") || "no pool"}, version ${metadata.masterVersion ?? "none"}`;
      throw new StorageError(
        "StoragePoolWrongMaster",
        `domain ${masterDomainId} is not master ${masterVersion} of pool ${poolId}: ${found}`,
      );
    }
  }

  async #refreshLinks(
    { poolId, masterDomainId }: PoolConnection,
    domainIds: readonly StorageDomainId[],
  ): Promise<void> {
    const { repositoryPath, files, known } = this.#world;
    await files.makeDirectory(poolPath(repositoryPath, poolId));
    for (const domainId of domainIds) {
      const domain = await known.find(domainId);
      // One that cannot be reached now is no reason to do without the others; its vitals say so.
      if (domain === undefined) continue;
      await files.symbolicLink(domain.paths.domain, poolDomainLink(repositoryPath, poolId, domainId));
      if (domainId === masterDomainId)
        await files.symbolicLink(domain.paths.domain, poolMasterLink(repositoryPath, poolId));
    }
  }

  async #forget(poolId: PoolId): Promise<void> {
    this.#connected.delete(poolId);
    this.#world.tasks.forgetPool(poolId);
    await this.#world.files.remove(poolPath(this.#world.repositoryPath, poolId));
  }

  async #describeDomain(
    domainId: StorageDomainId,
    status: "active" | "attached",
    version: number,
  ): Promise<PoolDomainInfo> {
    const domain = await this.#world.known.find(domainId);
    if (domain === undefined) return { domainId, status, version };
    return { domainId, status, version: (await domain.readMetadata()).version, stats: await domain.getStats() };
  }
}

import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type {
  MasterSwitch,
  NewMaster,
  NewPool,
  PoolConnection,
  PoolDomainInfo,
  PoolInfo,
  SpmCandidate,
  SpmStatus,
  StoragePools,
} from "../contract/pools.ts";
import type { PoolId } from "../contract/spm-order.ts";
import { askInPassing } from "../domains/ask-in-passing.ts";
import { StorageError } from "../errors.ts";
import type { TaskStore } from "../tasks/task-store.ts";
import { type ConnectedPool, requireSpm } from "./connected-pool.ts";
import { type CreatePoolWorld, createPool } from "./create-pool.ts";
import { destroyPool } from "./destroy-pool.ts";
import { checkMaster } from "./find-master.ts";
import { forgetLinks, leaveUnused, type PoolDomainsWorld, setDomain, useDomains } from "./pool-domains.ts";
import { reconstructMaster } from "./reconstruct-master.ts";
import { Spm } from "./spm.ts";
import { readSpmStatus, type SpmRoleWorld, startSpm, stopSpm } from "./spm-role.ts";
import type { SpmTerm } from "./spm-term.ts";
import { switchMaster } from "./switch-master.ts";
import { journalOf } from "./take-over.ts";

interface PoolsWorld extends SpmRoleWorld, CreatePoolWorld, PoolDomainsWorld {}

/** The pools this host is connected to. Nothing of it is kept over a restart: the Manager connects again. */
export class Pools implements StoragePools {
  readonly #connected = new Map<PoolId, ConnectedPool>();
  readonly #journals = new WeakMap<SpmTerm, TaskStore>();
  readonly #world: PoolsWorld;

  constructor(world: PoolsWorld) {
    this.#world = world;
  }

  async create(pool: NewPool): Promise<void> {
    if (this.#connected.has(pool.poolId)) {
      throw new StorageError("StoragePoolConnected", `pool ${pool.poolId} is connected`);
    }
    await createPool(this.#world, pool);
  }

  async destroy(poolId: PoolId, epoch?: number): Promise<void> {
    const pool = this.get(poolId);
    await destroyPool(this.#world, pool, requireSpm(pool, epoch));
    await stopSpm(this.#world, pool);
    await this.#forget(poolId);
  }

  async connect(connection: PoolConnection): Promise<void> {
    const { poolId, masterDomainId } = connection;
    await checkMaster(this.#world.known, connection);
    const domains = new Map<StorageDomainId, "active" | "attached">(connection.domains ?? [[masterDomainId, "active"]]);
    const present = this.#connected.get(poolId);
    const spm = present?.spm ?? this.#newSpm(poolId);
    if (!spm.isFree && present?.connection.masterDomainId !== masterDomainId) {
      throw new StorageError("StoragePoolWrongMaster", `this host is the SPM of pool ${poolId} with another master`);
    }
    const pool = { connection, domains, spm };
    this.#connected.set(poolId, pool);
    leaveUnused(this.#world, this.#connected.values());
    await useDomains(this.#world, pool);
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

  async switchMaster(poolId: PoolId, move: MasterSwitch): Promise<TaskId> {
    const pool = this.get(poolId);
    return switchMaster(this.#world, pool, move, async (masterDomainId, masterVersion) => {
      const connection = { ...pool.connection, masterDomainId, masterVersion };
      const moved = { ...pool, connection };
      this.#connected.set(poolId, moved);
      await useDomains(this.#world, moved);
    });
  }

  async reconstructMaster(master: NewMaster): Promise<void> {
    if (this.#connected.has(master.poolId)) {
      throw new StorageError("StoragePoolConnected", `this host is connected to pool ${master.poolId}`);
    }
    await reconstructMaster(this.#world, master);
  }

  async upgrade(poolId: PoolId, version: number, epoch?: number): Promise<void> {
    const pool = this.get(poolId);
    requireSpm(pool, epoch);
    const { version: present } = await this.getInfo(poolId);
    if (version <= present) return;
    throw new StorageError(
      "UnsupportedDomainVersion",
      `pool ${poolId} is of version ${present} and stays so: domains are not converted to version ${version}`,
    );
  }

  listConnected(): PoolId[] {
    return [...this.#connected.keys()];
  }

  findPoolOf(domainId: StorageDomainId): PoolId | undefined {
    return [...this.#connected].find(([, { domains }]) => domains.has(domainId))?.[0];
  }

  requireSpm(poolId: PoolId, epoch?: number): void {
    requireSpm(this.get(poolId), epoch);
  }

  /** @throws StorageError 309 */
  get(poolId: PoolId): ConnectedPool {
    const pool = this.#connected.get(poolId);
    if (pool === undefined)
      throw new StorageError("StoragePoolUnknown", `this host is not connected to pool ${poolId}`);
    return pool;
  }

  async setDomain(poolId: PoolId, domainId: StorageDomainId, status: "active" | "attached" | undefined): Promise<void> {
    await setDomain(this.#world, this.get(poolId), { domainId, status });
  }

  /** The journal of the pool's tasks, one in each term. */
  async openJournal(poolId: PoolId): Promise<TaskStore> {
    const { files, known, log } = this.#world;
    const pool = this.get(poolId);
    const term = requireSpm(pool);
    const master = await known.get(pool.connection.masterDomainId);
    const journal = this.#journals.get(term) ?? journalOf(master, term.guard(files), log);
    this.#journals.set(term, journal);
    return journal;
  }

  /** Gives all roles back; pools stay connected as far as the storage is concerned. */
  async close(): Promise<void> {
    for (const pool of this.#connected.values()) await stopSpm(this.#world, pool);
    this.#connected.clear();
  }

  #newSpm(poolId: PoolId): Spm {
    const { lock, tasks, endProcess, whenWritersDead, giveUpSilent, log } = this.#world;
    const onLost = (): void => {
      // Waiting is for nobody: the tasks say in their status how they ended.
      void tasks.stopAll("this host lost the SPM role", poolId);
    };
    return new Spm({ poolId, lock, onLost, endProcess, whenWritersDead, giveUpSilent, log });
  }

  async #forget(poolId: PoolId): Promise<void> {
    this.#connected.delete(poolId);
    this.#world.tasks.forgetPool(poolId);
    leaveUnused(this.#world, this.#connected.values());
    await forgetLinks(this.#world, poolId);
  }

  async #describeDomain(
    domainId: StorageDomainId,
    status: "active" | "attached",
    version: number,
  ): Promise<PoolDomainInfo> {
    const answer = await askInPassing(`reading domain ${domainId}`, async () => {
      const domain = await this.#world.known.get(domainId);
      return { version: (await domain.readMetadata()).version, stats: await domain.getStats() };
    });
    return { domainId, status, version, ...answer };
  }
}

// What the Manager asks of a host's pool: the storage of its data center as a whole, and who manages its structure. Each
// function is an "ensure".

import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import { isFault } from "./agent-errors.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { waitForTask } from "./wait-for-task.ts";

export interface PoolOnHost {
  readonly dataCenterId: DataCenterId;
  readonly name: string;
  readonly masterId: StorageDomainId;
  readonly masterVersion: number;
  /** This host's number in the pool. */
  readonly hostNumber: number;
  /** Written to the master when the pool is made: all its hosts wait so long for the storage. */
  readonly ioTimeoutSeconds: number;
  /** Its domains, and whether they are in use. */
  readonly domains: readonly { readonly id: StorageDomainId; readonly isActive: boolean }[];
}

// Times of the old, lease-file kind of cluster lock; domains of today ignore them, the verb wants them.
export const leaseSettings = { lockRenewalIntervalSec: 5, leaseTimeSec: 60, leaseRetries: 3 };

/** Makes the master domain the first one of the pool. */
export async function ensurePoolOnStorage({ calls, signal }: HostTalk, pool: PoolOnHost): Promise<void> {
  const info = await calls.StorageDomain.getInfo({ storagedomainID: pool.masterId }, { signal });
  if (info.pool.includes(pool.dataCenterId)) return;
  await calls.StoragePool.create(
    {
      storagepoolID: pool.dataCenterId,
      name: pool.name,
      masterSdUUID: pool.masterId,
      masterVersion: pool.masterVersion,
      domainList: [pool.masterId],
      ...leaseSettings,
      ioOpTimeoutSec: pool.ioTimeoutSeconds,
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

/** Connects the host to the pool, or tells it the pool's domains anew. */
export async function connectPool({ calls, signal }: HostTalk, pool: PoolOnHost): Promise<void> {
  await calls.StoragePool.connect(
    {
      storagepoolID: pool.dataCenterId,
      hostID: pool.hostNumber,
      scsiKey: pool.dataCenterId,
      masterSdUUID: pool.masterId,
      masterVersion: pool.masterVersion,
      domainDict: Object.fromEntries(pool.domains.map(({ id, isActive }) => [id, isActive ? "active" : "attached"])),
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function disconnectPool(
  { calls, signal }: HostTalk,
  pool: Pick<PoolOnHost, "dataCenterId" | "hostNumber">,
): Promise<void> {
  try {
    await calls.StoragePool.disconnect(
      { storagepoolID: pool.dataCenterId, hostID: pool.hostNumber, scsiKey: pool.dataCenterId },
      { signal, timeoutMs: STORAGE_MS_MAX },
    );
  } catch (error) {
    if (!isFault(error, "StoragePoolUnknown")) throw error;
  }
}

/** What a host says of the pool's manager. */
export interface SpmReport {
  readonly role: "spm" | "contending" | "free";
  /** The lease as this host reads it from the storage; `holder`: the number of the host that has it. */
  readonly lease: { readonly holder: number | "none"; readonly version: number };
}

export type SpmRole = SpmReport["role"] | "not connected";

/** To read a lease takes a look at the storage, which may hang. */
const STATUS_MS_MAX = 20_000;

const roles = { SPM: "spm", Contend: "contending", Free: "free" } as const;

/** @throws AgentFault when the host cannot read the lease. */
export async function readSpm(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  dataCenterId: DataCenterId,
): Promise<SpmReport | "not connected"> {
  try {
    const { spmStatus, spmId, spmLver } = await calls.StoragePool.getSpmStatus(
      { storagepoolID: dataCenterId },
      { signal, timeoutMs: STATUS_MS_MAX },
    );
    return { role: roles[spmStatus], lease: { holder: spmId > 0 ? spmId : "none", version: spmLver } };
  } catch (error) {
    if (isFault(error, "StoragePoolUnknown", "StoragePoolNotConnected")) return "not connected";
    throw error;
  }
}

export async function readSpmRole(talk: HostTalk, dataCenterId: DataCenterId): Promise<SpmRole> {
  const report = await readSpm(talk, dataCenterId);
  return report === "not connected" ? report : report.role;
}

/** Asks the host to become the one that changes the pool's structure. Returns the task that ends when it is, or is not. */
export function startSpm({ calls, signal }: HostTalk, dataCenterId: DataCenterId): Promise<string> {
  return calls.StoragePool.spmStart(
    {
      storagepoolID: dataCenterId,
      prevID: -1,
      prevLver: "-1",
      enableScsiFencing: "false",
      maxHostID: 250,
      domVersion: "5",
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

/**
 * Makes the host the one that may change the structure of the pool, of which there is none: for a pool that is made, comes
 * back from maintenance or is taken apart. In one that is in use the Manager chooses its host (`spm/decide-spm.ts`).
 */
export async function ensureSpm(talk: HostTalk, dataCenterId: DataCenterId): Promise<void> {
  if ((await readSpmRole(talk, dataCenterId)) === "spm") return;
  await waitForTask(await startSpm(talk, dataCenterId), { ...talk, what: "become the storage pool manager" });
}

export async function stopSpm(talk: HostTalk, dataCenterId: DataCenterId): Promise<void> {
  if ((await readSpmRole(talk, dataCenterId)) !== "spm") return;
  await talk.calls.StoragePool.spmStop(
    { storagepoolID: dataCenterId },
    { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
  );
}

/** Ends the pool with its last domain, the master, if there is such a pool. The host becomes its manager for that. */
export async function ensureNoPoolOnStorage(talk: HostTalk, pool: PoolOnHost): Promise<void> {
  const info = await talk.calls.StorageDomain.getInfo({ storagedomainID: pool.masterId }, { signal: talk.signal });
  if (!info.pool.includes(pool.dataCenterId)) return;
  await connectPool(talk, pool);
  await ensureSpm(talk, pool.dataCenterId);
  await destroyPool(talk, pool);
}

async function destroyPool(
  { calls, signal }: HostTalk,
  pool: Pick<PoolOnHost, "dataCenterId" | "hostNumber">,
): Promise<void> {
  try {
    await calls.StoragePool.destroy(
      { storagepoolID: pool.dataCenterId, hostID: pool.hostNumber, scsiKey: pool.dataCenterId },
      { signal, timeoutMs: STORAGE_MS_MAX },
    );
  } catch (error) {
    if (!isFault(error, "StoragePoolUnknown")) throw error;
  }
}

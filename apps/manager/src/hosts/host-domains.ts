// What the Manager asks a host to do with whole storage domains. Each function is an "ensure".

import type { StorageDomainInfo } from "@yagura/agent-protocol";
import { blankUuid, type DataCenterId, type StorageDomainId } from "@yagura/std/ids.ts";
import { locationOf } from "../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { isFault } from "./agent-errors.ts";
import { domainTypes } from "./host-storage-servers.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { explained } from "./storage-faults.ts";

const dataDomainClass = 1;

type Talk = Pick<HostTalk, "calls" | "signal">;

export async function ensureDomainOnStorage(
  { calls, signal }: Talk,
  domain: Pick<StorageDomain, "id" | "name" | "type" | "formatVersion" | "connection">,
): Promise<void> {
  if ((await findDomainInfo({ calls, signal }, domain.id)) !== undefined) return;
  await explained(`The host cannot make the Storage Domain on ${locationOf(domain.connection)}`, () =>
    calls.StorageDomain.create(
      {
        storagedomainID: domain.id,
        domainType: domainTypes[domain.type],
        typeArgs: locationOf(domain.connection),
        name: domain.name,
        domainClass: dataDomainClass,
        version: domain.formatVersion,
        blockSize: 512,
        maxHosts: 250,
      },
      { signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

/** Also when it is not found: a host that died while it wiped it has left a rest, which goes with it. */
export async function ensureNoDomainOnStorage({ calls, signal }: Talk, domainId: StorageDomainId): Promise<void> {
  await explained("The host cannot wipe the Storage Domain", async () => {
    try {
      await calls.StorageDomain.format(
        { storagedomainID: domainId, autoDetach: false },
        { signal, timeoutMs: STORAGE_MS_MAX },
      );
    } catch (error) {
      if (!isFault(error, "StorageDomainDoesNotExist")) throw error;
    }
  });
}

/** What the storage says of a domain; `undefined`: this host finds no such one. */
export async function findDomainInfo(
  { calls, signal }: Talk,
  domainId: StorageDomainId,
): Promise<StorageDomainInfo | undefined> {
  try {
    return await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal, timeoutMs: STORAGE_MS_MAX });
  } catch (error) {
    if (isFault(error, "StorageDomainDoesNotExist")) return undefined;
    throw error;
  }
}

/** The ids of all domains at a place to which the host is connected, of whatever type they say that they are. */
export async function listDomainsAt(
  { calls, signal }: Talk,
  { connection }: Pick<StorageDomain, "connection">,
): Promise<string[]> {
  return [
    ...(await calls.Host.getStorageDomains(
      { domainClass: dataDomainClass, remotePath: locationOf(connection) },
      { signal, timeoutMs: STORAGE_MS_MAX },
    )),
  ];
}

export interface DomainOfPool {
  readonly dataCenterId: DataCenterId;
  readonly domainId: StorageDomainId;
}

/** Also one that says it belongs to the pool already: the pool's manager may not know of it, and learns of it so. */
export async function ensureDomainAttached(
  { calls, signal }: Talk,
  { dataCenterId, domainId }: DomainOfPool,
): Promise<void> {
  await explained("The Storage Domain cannot be attached", () =>
    calls.StorageDomain.attach(
      { storagedomainID: domainId, storagepoolID: dataCenterId },
      { signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

/**
 * Takes the domain out of whatever other pools it says that it belongs to, by the manager of the pool that takes it over,
 * or, for a pool that begins with it, by a host that is in no pool. The host refuses it as long as hosts of those give signs
 * of life on the domain.
 */
export async function ensureInNoOtherPool(
  { calls, signal }: Talk,
  { domainId, dataCenterId }: DomainOfPool,
  { masterId, masterVersion }: MasterOfPool,
): Promise<void> {
  const info = await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal });
  if (info.pool.every((poolId) => poolId === dataCenterId)) return;
  await explained("The Storage Domain cannot be taken out of its former Data Center", () =>
    calls.StorageDomain.detach(
      {
        storagedomainID: domainId,
        storagepoolID: dataCenterId,
        masterSdUUID: masterId,
        masterVersion,
        force: true,
      },
      { signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

/** Does it to a domain that says it belongs to the pool; a manager of the pool that does not know of it is told, and asked again. */
async function knownToPool(talk: Talk, ids: DomainOfPool, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFault(error, "StorageDomainNotInPool")) throw error;
    const info = await findDomainInfo(talk, ids.domainId);
    if (info?.pool.includes(ids.dataCenterId) !== true) throw error;
    await ensureDomainAttached(talk, ids);
    await work();
  }
}

export async function activateDomain(talk: Talk, ids: DomainOfPool): Promise<void> {
  const { calls, signal } = talk;
  await explained("The Storage Domain cannot be activated", () =>
    knownToPool(talk, ids, () =>
      calls.StorageDomain.activate(
        { storagedomainID: ids.domainId, storagepoolID: ids.dataCenterId },
        { signal, timeoutMs: STORAGE_MS_MAX },
      ),
    ),
  );
}

export interface MasterOfPool {
  readonly masterId: StorageDomainId;
  readonly masterVersion: number;
}

/** Done also where the pool's manager does not know of the domain: then nobody uses it. */
export async function deactivateDomain(
  { calls, signal }: Talk,
  { dataCenterId, domainId }: DomainOfPool,
  { masterId, masterVersion }: MasterOfPool,
): Promise<void> {
  // The next master; none when this one is the last.
  const nextMasterId = masterId === domainId ? blankUuid : masterId;
  try {
    await calls.StorageDomain.deactivate(
      { storagedomainID: domainId, storagepoolID: dataCenterId, masterSdUUID: nextMasterId, masterVersion },
      { signal, timeoutMs: STORAGE_MS_MAX },
    );
  } catch (error) {
    if (!isFault(error, "StorageDomainNotInPool")) throw error;
  }
}

export async function ensureDomainDetached(
  talk: Talk,
  ids: DomainOfPool,
  { masterId, masterVersion }: MasterOfPool,
): Promise<void> {
  const { calls, signal } = talk;
  const { dataCenterId, domainId } = ids;
  const info = await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal });
  if (!info.pool.includes(dataCenterId)) return;
  await knownToPool(talk, ids, () =>
    calls.StorageDomain.detach(
      { storagedomainID: domainId, storagepoolID: dataCenterId, masterSdUUID: masterId, masterVersion },
      { signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

export async function readDomainSpace(
  { calls, signal }: Talk,
  domainId: StorageDomainId,
): Promise<{ availableBytes: number; usedBytes: number }> {
  const stats = await calls.StorageDomain.getStats({ storagedomainID: domainId }, { signal });
  const [free, total] = [Number(stats.diskfree), Number(stats.disktotal)];
  return { availableBytes: free, usedBytes: Math.max(0, total - free) };
}

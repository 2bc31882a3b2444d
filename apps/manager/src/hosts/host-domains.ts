// What the Manager asks a host to do with whole storage domains. Each function is an "ensure".

import { blankUuid, type DataCenterId, type StorageDomainId } from "@yagura/std/ids.ts";
import { locationOf } from "../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { isFault } from "./agent-errors.ts";
import { domainTypes } from "./host-storage-servers.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { explained } from "./storage-faults.ts";

const dataDomainClass = 1;

export async function ensureDomainOnStorage(
  { calls, signal }: HostTalk,
  domain: Pick<StorageDomain, "id" | "name" | "type" | "formatVersion" | "connection">,
): Promise<void> {
  if (await isDomainThere({ calls, signal }, domain.id)) return;
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

export async function ensureNoDomainOnStorage({ calls, signal }: HostTalk, domainId: StorageDomainId): Promise<void> {
  if (!(await isDomainThere({ calls, signal }, domainId))) return;
  await calls.StorageDomain.format(
    { storagedomainID: domainId, autoDetach: false },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

async function isDomainThere(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  domainId: StorageDomainId,
): Promise<boolean> {
  try {
    await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal });
    return true;
  } catch (error) {
    if (isFault(error, "StorageDomainDoesNotExist")) return false;
    throw error;
  }
}

export interface DomainOfPool {
  readonly dataCenterId: DataCenterId;
  readonly domainId: StorageDomainId;
}

export async function ensureDomainAttached(
  { calls, signal }: HostTalk,
  { dataCenterId, domainId }: DomainOfPool,
): Promise<void> {
  const info = await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal });
  if (info.pool.includes(dataCenterId)) return;
  await calls.StorageDomain.attach(
    { storagedomainID: domainId, storagepoolID: dataCenterId },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function activateDomain(
  { calls, signal }: HostTalk,
  { dataCenterId, domainId }: DomainOfPool,
): Promise<void> {
  await calls.StorageDomain.activate(
    { storagedomainID: domainId, storagepoolID: dataCenterId },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export interface MasterOfPool {
  readonly masterId: StorageDomainId;
  readonly masterVersion: number;
}

export async function deactivateDomain(
  { calls, signal }: HostTalk,
  { dataCenterId, domainId }: DomainOfPool,
  { masterId, masterVersion }: MasterOfPool,
): Promise<void> {
  await calls.StorageDomain.deactivate(
    {
      storagedomainID: domainId,
      storagepoolID: dataCenterId,
      // The next master; none when this one is the last.
      masterSdUUID: masterId === domainId ? blankUuid : masterId,
      masterVersion,
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function ensureDomainDetached(
  { calls, signal }: HostTalk,
  { dataCenterId, domainId }: DomainOfPool,
  { masterId, masterVersion }: MasterOfPool,
): Promise<void> {
  const info = await calls.StorageDomain.getInfo({ storagedomainID: domainId }, { signal });
  if (!info.pool.includes(dataCenterId)) return;
  await calls.StorageDomain.detach(
    { storagedomainID: domainId, storagepoolID: dataCenterId, masterSdUUID: masterId, masterVersion },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function readDomainSpace(
  { calls, signal }: HostTalk,
  domainId: StorageDomainId,
): Promise<{ availableBytes: number; usedBytes: number }> {
  const stats = await calls.StorageDomain.getStats({ storagedomainID: domainId }, { signal });
  const [free, total] = [Number(stats.diskfree), Number(stats.disktotal)];
  return { availableBytes: free, usedBytes: Math.max(0, total - free) };
}

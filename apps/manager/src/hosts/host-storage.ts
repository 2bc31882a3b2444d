// What the Manager asks of a host's storage, in our words; the wire's words end here. Each function is an "ensure":
// asked again, it finds its work done.

import {
  type AgentCalls,
  type StorageDomainTypeId,
  storageDomainTypeIds,
  volumeAllocationIds,
  volumeFormatIds,
  volumeRoleIds,
} from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import { blankUuid, type DataCenterId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { VolumeFormat } from "../domain/disk/disk.ts";
import type { StorageConnection, StorageDomain, StorageType } from "../domain/storage-domain/storage-domain.ts";
import { isFault } from "./agent-errors.ts";
import { waitForTask } from "./wait-for-task.ts";

/** A host to talk to, and how long and by which clock to wait for it. */
export interface HostTalk {
  readonly calls: AgentCalls;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class CannotConnectStorage extends Error {
  override readonly name = "CannotConnectStorage";
  readonly code: number;

  constructor(connection: StorageConnection, code: number) {
    super(`the host cannot connect to the storage ${connection.address}${connection.path} (code ${code})`);
    this.code = code;
  }
}

const domainTypes: Readonly<Record<StorageType, StorageDomainTypeId>> = {
  localfs: storageDomainTypeIds.localfs,
  nfs: storageDomainTypeIds.nfs,
  posixfs: storageDomainTypeIds.posixfs,
};

const dataDomainClass = 1;
/** A copy takes as long as its disk is large; the saga asks again after this. */
const COPY_TIMEOUT_MS = 24 * 60 * 60_000;

/** @throws CannotConnectStorage */
export async function ensureStorageServer(
  { calls, signal }: HostTalk,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  const path = connection.address === "" ? connection.path : `${connection.address}:${connection.path}`;
  const [answer] = await calls.StoragePool.connectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [{ id: connection.id, connection: path }],
    },
    { signal, timeoutMs: 180_000 },
  );
  if (answer === undefined || answer.status !== 0) throw new CannotConnectStorage(connection, answer?.status ?? -1);
}

export async function disconnectStorageServer(
  { calls, signal }: HostTalk,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  await calls.StoragePool.disconnectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [{ id: connection.id, connection: connection.path }],
    },
    { signal, timeoutMs: 180_000 },
  );
}

export async function ensureDomainOnStorage(
  { calls, signal }: HostTalk,
  domain: Pick<StorageDomain, "id" | "name" | "type" | "formatVersion" | "connection">,
): Promise<void> {
  if (await isDomainThere({ calls, signal }, domain.id)) return;
  const { address, path } = domain.connection;
  await calls.StorageDomain.create(
    {
      storagedomainID: domain.id,
      domainType: domainTypes[domain.type],
      typeArgs: address === "" ? path : `${address}:${path}`,
      name: domain.name,
      domainClass: dataDomainClass,
      version: domain.formatVersion,
      blockSize: 512,
      maxHosts: 250,
    },
    { signal, timeoutMs: 180_000 },
  );
}

export async function ensureNoDomainOnStorage({ calls, signal }: HostTalk, domainId: StorageDomainId): Promise<void> {
  if (!(await isDomainThere({ calls, signal }, domainId))) return;
  await calls.StorageDomain.format({ storagedomainID: domainId, autoDetach: false }, { signal, timeoutMs: 180_000 });
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

export interface PoolOnHost {
  readonly dataCenterId: DataCenterId;
  readonly name: string;
  readonly masterId: StorageDomainId;
  readonly masterVersion: number;
  /** This host's number in the pool. */
  readonly hostNumber: number;
  /** Its domains, and whether they are in use. */
  readonly domains: readonly { readonly id: StorageDomainId; readonly isActive: boolean }[];
}

// Times of the old, lease-file kind of cluster lock; domains of today ignore them, the verb wants them.
const leaseSettings = { lockRenewalIntervalSec: 5, leaseTimeSec: 60, ioOpTimeoutSec: 10, leaseRetries: 3 };

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
    },
    { signal, timeoutMs: 180_000 },
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
    { signal, timeoutMs: 180_000 },
  );
}

export async function disconnectPool(
  { calls, signal }: HostTalk,
  pool: Pick<PoolOnHost, "dataCenterId" | "hostNumber">,
): Promise<void> {
  try {
    await calls.StoragePool.disconnect(
      { storagepoolID: pool.dataCenterId, hostID: pool.hostNumber, scsiKey: pool.dataCenterId },
      { signal, timeoutMs: 180_000 },
    );
  } catch (error) {
    if (!isFault(error, "StoragePoolUnknown")) throw error;
  }
}

export type SpmRole = "spm" | "contending" | "free" | "not connected";

export async function readSpmRole({ calls, signal }: HostTalk, dataCenterId: DataCenterId): Promise<SpmRole> {
  try {
    const { spmStatus } = await calls.StoragePool.getSpmStatus({ storagepoolID: dataCenterId }, { signal });
    switch (spmStatus) {
      case "SPM":
        return "spm";
      case "Contend":
        return "contending";
      default:
        return "free";
    }
  } catch (error) {
    if (isFault(error, "StoragePoolUnknown", "StoragePoolNotConnected")) return "not connected";
    throw error;
  }
}

/** Makes the host the one that may change the structure of the pool. */
export async function ensureSpm(talk: HostTalk, dataCenterId: DataCenterId): Promise<void> {
  if ((await readSpmRole(talk, dataCenterId)) === "spm") return;
  const taskId = await talk.calls.StoragePool.spmStart(
    {
      storagepoolID: dataCenterId,
      prevID: -1,
      prevLver: "-1",
      enableScsiFencing: "false",
      maxHostID: 250,
      domVersion: "5",
    },
    { signal: talk.signal, timeoutMs: 180_000 },
  );
  await waitForTask(taskId, { ...talk, what: "become the storage pool manager" });
}

export async function stopSpm(talk: HostTalk, dataCenterId: DataCenterId): Promise<void> {
  if ((await readSpmRole(talk, dataCenterId)) !== "spm") return;
  await talk.calls.StoragePool.spmStop({ storagepoolID: dataCenterId }, { signal: talk.signal, timeoutMs: 180_000 });
}

interface DomainOfPool {
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
    { signal, timeoutMs: 180_000 },
  );
}

export async function activateDomain(
  { calls, signal }: HostTalk,
  { dataCenterId, domainId }: DomainOfPool,
): Promise<void> {
  await calls.StorageDomain.activate(
    { storagedomainID: domainId, storagepoolID: dataCenterId },
    { signal, timeoutMs: 180_000 },
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
    { signal, timeoutMs: 180_000 },
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
    { signal, timeoutMs: 180_000 },
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
      { signal, timeoutMs: 180_000 },
    );
  } catch (error) {
    if (!isFault(error, "StoragePoolUnknown")) throw error;
  }
}

export async function readDomainSpace(
  { calls, signal }: HostTalk,
  domainId: StorageDomainId,
): Promise<{ availableBytes: number; usedBytes: number }> {
  const stats = await calls.StorageDomain.getStats({ storagedomainID: domainId }, { signal });
  const [free, total] = [Number(stats.diskfree), Number(stats.disktotal)];
  return { availableBytes: free, usedBytes: Math.max(0, total - free) };
}

export interface VolumeOnStorage extends DomainOfPool {
  readonly diskId: string;
  readonly volumeId: string;
}

export interface NewVolumeOnStorage extends VolumeOnStorage {
  readonly capacityBytes: number;
  readonly initialBytes?: number;
  readonly format: VolumeFormat;
  readonly isSparse: boolean;
  readonly description: string;
  /** The volume below: of a template's disk, or the former leaf of the same disk. */
  readonly parent?: { readonly diskId: string; readonly volumeId: string };
}

export async function ensureVolume(talk: HostTalk, volume: NewVolumeOnStorage): Promise<void> {
  if (await isVolumeThere(talk, volume)) return;
  const taskId = await talk.calls.Volume.create(
    {
      ...wireIds(volume),
      size: String(volume.capacityBytes),
      volFormat: volume.format === "cow" ? volumeFormatIds.cow : volumeFormatIds.raw,
      preallocate: volume.isSparse ? volumeAllocationIds.sparse : volumeAllocationIds.preallocated,
      diskType: "DATA",
      desc: volume.description,
      srcImgUUID: volume.parent?.diskId ?? blankUuid,
      srcVolUUID: volume.parent?.volumeId ?? blankUuid,
      ...(volume.initialBytes !== undefined && { initialSize: String(volume.initialBytes) }),
    },
    { signal: talk.signal, timeoutMs: 180_000 },
  );
  await waitForTask(taskId, { ...talk, what: "create the volume" });
}

async function isVolumeThere({ calls, signal }: HostTalk, volume: VolumeOnStorage): Promise<boolean> {
  try {
    const info = await calls.Volume.getInfo(wireIds(volume), { signal });
    return info.legality === "LEGAL";
  } catch (error) {
    if (isFault(error, "VolumeDoesNotExist", "ImageDoesNotExistInSD", "ImagePathError")) return false;
    throw error;
  }
}

export interface TemplateCopy {
  readonly from: VolumeOnStorage;
  readonly to: VolumeOnStorage;
  readonly format: VolumeFormat;
  readonly isSparse: boolean;
  readonly description: string;
}

/** Copies what a guest sees in one volume, with all below it, into a new image on which others can stand. */
export async function ensureTemplateCopy(talk: HostTalk, { from, to, ...copy }: TemplateCopy): Promise<void> {
  if (await isVolumeThere(talk, to)) return;
  const taskId = await talk.calls.Volume.copy(
    {
      ...wireIds(from),
      dstSdUUID: to.domainId,
      dstImgUUID: to.diskId,
      dstVolUUID: to.volumeId,
      desc: copy.description,
      volType: volumeRoleIds.shared,
      volFormat: copy.format === "cow" ? volumeFormatIds.cow : volumeFormatIds.raw,
      preallocate: copy.isSparse ? volumeAllocationIds.sparse : volumeAllocationIds.preallocated,
      postZero: false,
      force: false,
    },
    { signal: talk.signal, timeoutMs: 180_000 },
  );
  await waitForTask(taskId, { ...talk, what: "copy the volume", timeoutMs: COPY_TIMEOUT_MS });
}

export interface VolumeSizes {
  readonly capacityBytes: number;
  readonly actualBytes: number;
}

export async function readVolumeSizes({ calls, signal }: HostTalk, volume: VolumeOnStorage): Promise<VolumeSizes> {
  const info = await calls.Volume.getInfo(wireIds(volume), { signal });
  return { capacityBytes: Number(info.capacity), actualBytes: Number(info.truesize) };
}

/** @throws AgentFault when the content points at files outside of its volume, or is of another format than it says. */
export async function verifyVolume({ calls, signal }: HostTalk, volume: VolumeOnStorage): Promise<void> {
  await calls.Volume.verify_untrusted(wireIds(volume), { signal, timeoutMs: 180_000 });
}

/** The image with all its volumes. */
export async function ensureNoImage(
  talk: HostTalk,
  image: DomainOfPool & { diskId: string; wipe: boolean },
): Promise<void> {
  let taskId: string;
  try {
    taskId = await talk.calls.Image.delete(
      {
        imageID: image.diskId,
        storagepoolID: image.dataCenterId,
        storagedomainID: image.domainId,
        postZero: image.wipe,
        force: false,
      },
      { signal: talk.signal, timeoutMs: 180_000 },
    );
  } catch (error) {
    if (isImageMissing(error)) return;
    throw error;
  }
  try {
    await waitForTask(taskId, { ...talk, what: "delete the image" });
  } catch (error) {
    if (!(error instanceof Error && isImageMissing(error.cause))) throw error;
  }
}

function isImageMissing(error: unknown): boolean {
  return isFault(error, "ImageDoesNotExistInSD", "ImagePathError", "VolumeDoesNotExist");
}

export function wireIds(volume: VolumeOnStorage) {
  return {
    volumeID: volume.volumeId,
    storagepoolID: volume.dataCenterId,
    storagedomainID: volume.domainId,
    imageID: volume.diskId,
  };
}

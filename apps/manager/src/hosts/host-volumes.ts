// What the Manager asks a host to do with volumes and images. Each function is an "ensure": asked again, also while the host
// is still at what it was asked before, it has one effect.

import { volumeAllocationIds, volumeFormatIds, volumeRoleIds } from "@yagura/agent-protocol";
import { blankUuid } from "@yagura/std/ids.ts";
import type { Disk, VolumeFormat } from "../domain/disk/disk.ts";
import { isFault } from "./agent-errors.ts";
import type { DomainOfPool } from "./host-domains.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { StorageTaskFailed, StorageTaskLost, type TaskWait, waitForTask } from "./wait-for-task.ts";

/** A copy takes as long as its disk is large; the saga asks again after this. */
const COPY_TIMEOUT_MS = 24 * 60 * 60_000;

type DiskContent = Disk["contentType"];

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
  readonly contentType?: DiskContent;
  /** The volume below: of a template's disk, or the former leaf of the same disk. */
  readonly parent?: { readonly diskId: string; readonly volumeId: string };
}

export async function ensureVolume(talk: HostTalk, volume: NewVolumeOnStorage): Promise<void> {
  await ensureMade(talk, volume, { what: "create the volume" }, () =>
    talk.calls.Volume.create(
      {
        ...wireIds(volume),
        size: String(volume.capacityBytes),
        volFormat: volume.format === "cow" ? volumeFormatIds.cow : volumeFormatIds.raw,
        preallocate: volume.isSparse ? volumeAllocationIds.sparse : volumeAllocationIds.preallocated,
        diskType: volume.contentType === "iso" ? "ISOF" : "DATA",
        desc: volume.description,
        srcImgUUID: volume.parent?.diskId ?? blankUuid,
        srcVolUUID: volume.parent?.volumeId ?? blankUuid,
        ...(volume.initialBytes !== undefined && { initialSize: String(volume.initialBytes) }),
      },
      { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

/**
 * The host was asked before for the same volume, and is still at it: the answer was lost, or the Manager started again. A
 * copy may take hours; that somebody else waits for it now is no failure.
 */
export class VolumeIsBeingMade extends Error {
  override readonly name = "VolumeIsBeingMade";
  readonly retryable = true;

  constructor({ volumeId }: VolumeOnStorage) {
    super(`the host is still making volume ${volumeId}`);
  }
}

async function ensureMade(
  talk: HostTalk,
  volume: VolumeOnStorage,
  { what, timeoutMs }: Pick<TaskWait, "what" | "timeoutMs">,
  start: () => Promise<string>,
): Promise<void> {
  if (await isVolumeThere(talk, volume)) return;
  try {
    await waitForTask(await start(), { ...talk, what, ...(timeoutMs !== undefined && { timeoutMs }) });
    // The task may have been forgotten with its host's role, before or after it was done.
    if (!(await isVolumeThere(talk, volume))) throw new StorageTaskLost(what);
  } catch (error) {
    const cause = error instanceof StorageTaskFailed ? error.cause : error;
    if (!isFault(cause, "VolumeAlreadyExists")) throw error;
    // Asked in this order: what ends between the two has ended well, and the volume is there.
    const isAtWork = await hasRunningTasks(talk);
    if (await isVolumeThere(talk, volume)) return;
    throw isAtWork ? new VolumeIsBeingMade(volume) : error;
  }
}

async function hasRunningTasks({ calls, signal }: HostTalk): Promise<boolean> {
  const statuses = await calls.Host.getAllTasksStatuses({}, { signal });
  return Object.values(statuses).some((task) => task.taskState !== "finished");
}

async function isVolumeThere(talk: HostTalk, volume: VolumeOnStorage): Promise<boolean> {
  return (await findVolumeState(talk, volume))?.isLegal === true;
}

/** What tells how far the work on a volume has come: each job that is done makes the generation one more. */
export interface VolumeState extends VolumeSizes {
  readonly isLegal: boolean;
  readonly generation: number;
}

/** `undefined`: there is no such volume. Any host that is connected to the storage can read it. */
export async function findVolumeState(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  volume: VolumeOnStorage,
): Promise<VolumeState | undefined> {
  try {
    const info = await calls.Volume.getInfo(wireIds(volume), { signal, timeoutMs: STORAGE_MS_MAX });
    return {
      isLegal: info.legality === "LEGAL",
      generation: info.generation ?? 0,
      capacityBytes: Number(info.capacity),
      actualBytes: Number(info.truesize),
    };
  } catch (error) {
    if (isFault(error, "VolumeDoesNotExist", "ImageDoesNotExistInSD", "ImagePathError")) return undefined;
    throw error;
  }
}

/** A volume never shrinks: what is as large as asked for, or larger, is left as it is. */
export async function ensureVolumeSize(
  talk: HostTalk,
  volume: VolumeOnStorage,
  capacityBytes: number,
): Promise<VolumeSizes> {
  const before = await readVolumeSizes(talk, volume);
  if (before.capacityBytes >= capacityBytes) return before;
  const { storagepoolID, storagedomainID, imageID, volumeID } = wireIds(volume);
  const taskId = await talk.calls.Volume.extendSize(
    { storagepoolID, storagedomainID, imageID, volumeID, newSize: String(capacityBytes) },
    { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
  );
  await waitForTask(taskId, { ...talk, what: "make the volume larger" });
  const after = await readVolumeSizes(talk, volume);
  if (after.capacityBytes < capacityBytes) throw new StorageTaskLost("make the volume larger");
  return after;
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
  await ensureMade(talk, to, { what: "copy the volume", timeoutMs: COPY_TIMEOUT_MS }, () =>
    talk.calls.Volume.copy(
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
      { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
    ),
  );
}

export interface VolumeSizes {
  readonly capacityBytes: number;
  readonly actualBytes: number;
}

export async function readVolumeSizes({ calls, signal }: HostTalk, volume: VolumeOnStorage): Promise<VolumeSizes> {
  const info = await calls.Volume.getInfo(wireIds(volume), { signal });
  return { capacityBytes: Number(info.capacity), actualBytes: Number(info.truesize) };
}

/** What stands beside the volume for whoever finds it on the storage. */
export async function writeVolumeDescription(
  { calls, signal }: HostTalk,
  volume: VolumeOnStorage,
  description: string,
): Promise<void> {
  await calls.Volume.setDescription({ ...wireIds(volume), description }, { signal, timeoutMs: STORAGE_MS_MAX });
}

/** Makes the disk of a running guest larger, which sees it at once. */
export async function extendBelowGuest(
  { calls, signal }: HostTalk,
  { vmId, capacityBytes, ...volume }: VolumeOnStorage & { readonly vmId: string; readonly capacityBytes: number },
): Promise<void> {
  const { dataCenterId, domainId, diskId, volumeId } = volume;
  await calls.VM.diskSizeExtend(
    {
      vmID: vmId,
      driveSpecs: { poolID: dataCenterId, domainID: domainId, imageID: diskId, volumeID: volumeId, device: "disk" },
      newSize: String(capacityBytes),
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

/** @throws AgentFault when the content points at files outside of its volume, or is of another format than it says. */
export async function verifyVolume({ calls, signal }: HostTalk, volume: VolumeOnStorage): Promise<void> {
  await calls.Volume.verify_untrusted(wireIds(volume), { signal, timeoutMs: STORAGE_MS_MAX });
}

/** A host is still at work on one of its volumes, or its lease has not ended yet. */
export class ImageIsLeased extends Error {
  override readonly name = "ImageIsLeased";
  readonly retryable = true;

  constructor(imageId: string, options: ErrorOptions) {
    super(`a host works on disk ${imageId}`, options);
  }
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
      { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
    );
  } catch (error) {
    if (isImageMissing(error)) return;
    if (isFault(error, "AcquireLockFailure")) throw new ImageIsLeased(image.diskId, { cause: error });
    throw error;
  }
  try {
    await waitForTask(taskId, { ...talk, what: "delete the image" });
  } catch (error) {
    const cause = error instanceof StorageTaskFailed ? error.cause : error;
    if (isImageMissing(cause)) return;
    if (isFault(cause, "AcquireLockFailure")) throw new ImageIsLeased(image.diskId, { cause });
    throw error;
  }
  if (await isImageThere(talk, image)) throw new StorageTaskLost("delete the image");
}

/** Any host that is connected to the storage can tell. */
export async function isImageThere(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  { dataCenterId, domainId, diskId }: DomainOfPool & { readonly diskId: string },
): Promise<boolean> {
  try {
    const ids = { storagepoolID: dataCenterId, storagedomainID: domainId, imageID: diskId };
    return (await calls.StorageDomain.getVolumes(ids, { signal })).length > 0;
  } catch (error) {
    if (isImageMissing(error)) return false;
    throw error;
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

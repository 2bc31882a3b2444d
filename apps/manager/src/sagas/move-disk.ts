import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId, JobId, StorageDomainId } from "@yagura/std/ids.ts";
import { findDisk, getDisk, moveDisk as recordMove, updateDisk } from "../db/queries/disks.ts";
import { findStorageDomain, getStorageDomain } from "../db/queries/storage-domains.ts";
import { updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk, Volume } from "../domain/disk/disk.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { isTransient } from "../hosts/agent-errors.ts";
import { startCopy } from "../hosts/host-jobs.ts";
import { ensureVolume, findVolumeState, type VolumeOnStorage } from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { volumeDescription } from "./create-disk.ts";
import { DomainIsAway, deleteImage, isDomainGone } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToSomeHost } from "./pool-hosts.ts";
import { talkToStorageManager } from "./talk.ts";
import { ensureWorkDone, isWorkDone, type VolumeWork } from "./volume-jobs.ts";

export interface MoveDisk {
  /** As it was when it was asked for. */
  readonly disk: Disk;
  readonly dataCenterId: DataCenterId;
  readonly toDomainId: StorageDomainId;
  /** Its own volumes, the lowest first; they keep their ids. */
  readonly volumes: readonly (Volume & { readonly jobId: JobId })[];
  readonly user?: EventSubject;
}

type Input = StepInput<MoveDisk, SagaDeps>;

const volumesMade = "make the new volumes";

/**
 * Moves a disk that nobody uses to another domain. Until the database says, in one transaction, that the new place is the
 * disk's, the old one is untouched; from then on the move does not fail any more, whatever becomes of the old one.
 */
export const moveDisk = saga<MoveDisk, SagaDeps>(
  "move-disk",
  {
    "mark the disk as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "locked" })),
      undo: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "ok" })),
    },
    [managerAwaited]: awaitStorageManager(),
    [volumesMade]: {
      run: makeVolumes,
      async undo(input) {
        const { disk, toDomainId } = input.params;
        if ((await findDisk(input.deps.db, disk.id))?.storageDomainId === toDomainId) return;
        await deleteFrom(input, toDomainId);
      },
    },
    "copy the data": {
      async run(input) {
        for (const work of worksOf(input)) await ensureWorkDone(input, work);
      },
    },
    "make the new place the disk's": {
      run: recordNewPlace,
      async undo(input) {
        const { disk } = input.params;
        if (await isWhole(input, disk.storageDomainId)) {
          await transaction(input.deps.db, (tx) => recordMove(tx, disk.id, disk.storageDomainId));
        }
      },
    },
    "delete the old image": { run: deleteOldImage, isPatient: true },
    "mark the disk as ok": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findDisk(tx, params.disk.id))?.status !== "locked") return;
          await updateDisk(tx, params.disk.id, { status: "ok" });
        }),
    },
  },
  async (tx, end) => {
    // It may have been destroyed meanwhile.
    const { name = end.params.toDomainId } = (await findStorageDomain(tx, end.params.toDomainId)) ?? {};
    await announceEnd(tx, end, {
      succeeded: "diskMoved",
      failed: "diskMoveFailed",
      storageDomain: { id: end.params.toDomainId, name },
      details: { disk: end.params.disk.name },
    });
  },
);

/** The chain as it was, empty. Returns the generation of each volume, from which the copies count. */
async function makeVolumes(input: Input): Promise<Record<string, number>> {
  const { disk, volumes, toDomainId } = input.params;
  const talk = await talkToStorageManager(input, input.params.dataCenterId);
  const generations: Record<string, number> = {};
  let below: Volume | undefined;
  for (const volume of volumes) {
    const place = placeOf(input, volume, toDomainId);
    await ensureVolume(talk, {
      ...place,
      capacityBytes: volume.capacityBytes,
      format: volume.format,
      isSparse: volume.isSparse,
      description: volumeDescription(disk),
      contentType: disk.contentType,
      ...(below !== undefined && { parent: { diskId: disk.id, volumeId: below.id } }),
    });
    generations[volume.id] = (await findVolumeState(talk, place))?.generation ?? 0;
    below = volume;
  }
  return generations;
}

function worksOf(input: Input): VolumeWork[] {
  const { disk, volumes, dataCenterId, toDomainId } = input.params;
  const generations = input.outputs.get(volumesMade) as Readonly<Record<string, number>>;
  return volumes.map((volume) => {
    const destination = { ...placeOf(input, volume, toDomainId), generation: generations[volume.id] ?? 0 };
    return {
      dataCenterId,
      jobId: volume.jobId,
      volume: destination,
      what: "copy the disk",
      description: `Moving Disk ${disk.name}`,
      start: (talk, jobId) =>
        startCopy(talk, jobId, { source: placeOf(input, volume, disk.storageDomainId), destination }),
    };
  });
}

/** Only what is whole becomes the disk's: all volumes legal, each of the generation that its copy made. */
async function recordNewPlace(input: Input): Promise<void> {
  const { disk, dataCenterId, toDomainId } = input.params;
  const talk = await talkToSomeHost(input, dataCenterId);
  const sizes = new Map<string, number>();
  for (const work of worksOf(input)) {
    const state = await findVolumeState(talk, work.volume);
    if (!isWorkDone(state, work)) throw new Error(`volume ${work.volume.volumeId} is not whole after its copy`);
    sizes.set(work.volume.volumeId, state?.actualBytes ?? 0);
  }
  await transaction(input.deps.db, async (tx) => {
    if ((await getDisk(tx, disk.id)).storageDomainId === toDomainId) return;
    await recordMove(tx, disk.id, toDomainId);
    for (const { id } of input.params.volumes) await updateVolume(tx, id, { actualBytes: sizes.get(id) ?? 0 });
    await updateDisk(tx, disk.id, { actualBytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) });
  });
}

/** The disk is safe in its new place. What cannot be deleted of the old one is told, and is no failure of the move. */
async function deleteOldImage(input: Input): Promise<void> {
  const { disk } = input.params;
  try {
    await deleteFrom(input, disk.storageDomainId);
  } catch (error) {
    input.signal.throwIfAborted();
    if (isTransient(error) && !(error instanceof DomainIsAway)) throw error;
    await transaction(input.deps.db, async (tx) => {
      const { id, name } = await getStorageDomain(tx, disk.storageDomainId);
      await announce(tx, input.deps.clock, {
        name: "diskLeftBehind",
        correlationId: input.correlationId,
        storageDomain: { id, name },
        details: { disk: disk.name, reason: describeError(error) },
      });
    });
  }
}

function deleteFrom(input: Input, domainId: StorageDomainId): Promise<void> {
  const { disk, dataCenterId } = input.params;
  return deleteImage(input, { dataCenterId, domainId, diskId: disk.id, wipe: disk.wipeAfterDelete });
}

async function isWhole(input: Input, domainId: StorageDomainId): Promise<boolean> {
  if (await isDomainGone(input, { dataCenterId: input.params.dataCenterId, domainId })) return false;
  const talk = await talkToSomeHost(input, input.params.dataCenterId);
  for (const volume of input.params.volumes) {
    const state = await findVolumeState(talk, placeOf(input, volume, domainId));
    if (state?.isLegal !== true) return false;
  }
  return true;
}

function placeOf({ params }: Input, volume: Volume, domainId: StorageDomainId): VolumeOnStorage {
  return { dataCenterId: params.dataCenterId, domainId, diskId: params.disk.id, volumeId: volume.id };
}

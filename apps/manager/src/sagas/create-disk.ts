import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { ensureDiskAttachment } from "../db/queries/disk-attachments.ts";
import { deleteDisk, ensureDisk, findDisk, updateDisk } from "../db/queries/disks.ts";
import { ensureVolume as ensureVolumeRecord, updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk, DiskAttachment, Volume } from "../domain/disk/disk.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureVolume, readVolumeSizes } from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { deleteImage } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { talkToStorageManager } from "./talk.ts";

/** A disk with its first volume, as they are recorded. */
export interface DiskPlan {
  readonly disk: Omit<Disk, "vmIds" | "templateIds" | "volumeId">;
  readonly volume: Volume;
  /** How much to allocate at once; a hint. */
  readonly initialBytes?: number;
}

export interface CreateDisk {
  readonly plan: DiskPlan;
  readonly dataCenterId: DataCenterId;
  /** The VM that gets it at once. */
  readonly attachment?: DiskAttachment;
  readonly user?: EventSubject;
}

/** Records a disk, locked, with its first volume. */
export async function recordDisk(tx: Tx, { disk, volume }: DiskPlan): Promise<void> {
  await ensureDisk(tx, { ...disk, status: "locked" });
  const { parentDiskId: _, ...record } = volume;
  await ensureVolumeRecord(tx, record);
}

export async function recordNewDisk(tx: Tx, { plan, attachment }: CreateDisk): Promise<void> {
  await recordDisk(tx, plan);
  if (attachment !== undefined) await ensureDiskAttachment(tx, attachment);
}

/** Makes the volume of a plan on the storage and writes its real sizes down. */
export async function ensurePlannedVolume(
  input: Parameters<typeof talkToStorageManager>[0],
  dataCenterId: DataCenterId,
  { disk, volume, initialBytes }: DiskPlan,
): Promise<void> {
  const talk = await talkToStorageManager(input, dataCenterId);
  const where = { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: volume.id };
  await ensureVolume(talk, {
    ...where,
    capacityBytes: volume.capacityBytes,
    ...(initialBytes !== undefined && { initialBytes }),
    format: volume.format,
    isSparse: volume.isSparse,
    description: volumeDescription(disk),
    contentType: disk.contentType,
    ...(volume.parentId !== undefined &&
      volume.parentDiskId !== undefined && { parent: { diskId: volume.parentDiskId, volumeId: volume.parentId } }),
  });
  const sizes = await readVolumeSizes(talk, where);
  await transaction(input.deps.db, async (tx) => {
    await updateVolume(tx, volume.id, sizes);
    await updateDisk(tx, disk.id, { actualBytes: sizes.actualBytes, capacityBytes: sizes.capacityBytes });
  });
}

/** Undoes `ensurePlannedVolume` for all of these disks, of which nothing, or half, may be there. */
export async function ensureNoPlannedVolumes(
  input: Parameters<typeof talkToStorageManager>[0],
  dataCenterId: DataCenterId,
  plans: readonly DiskPlan[],
): Promise<void> {
  for (const { disk } of plans) {
    const { id: diskId, storageDomainId: domainId, wipeAfterDelete: wipe } = disk;
    await deleteImage(input, { dataCenterId, domainId, diskId, wipe });
  }
}

/** What oVirt writes beside a volume, so that a disk that is found on a storage domain has its name. */
export function volumeDescription(disk: Pick<Disk, "name" | "description">): string {
  const text = JSON.stringify({ DiskAlias: disk.name, DiskDescription: disk.description });
  // The volume's metadata has room for 210 characters.
  return text.length <= 210 ? text : JSON.stringify({ DiskAlias: disk.name.slice(0, 100), DiskDescription: "" });
}

/** Makes a new, empty disk; its id and its volume's were chosen before. */
export const createDisk = saga<CreateDisk, SagaDeps>(
  "create-disk",
  {
    "record the disk as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordNewDisk(tx, params)),
      undo: ({ params, deps }) => transaction(deps.db, (tx) => deleteDisk(tx, params.plan.disk.id)),
    },
    [managerAwaited]: awaitStorageManager(),
    "create the volume": {
      run: (input) => ensurePlannedVolume(input, input.params.dataCenterId, input.params.plan),
      undo: (input) => ensureNoPlannedVolumes(input, input.params.dataCenterId, [input.params.plan]),
    },
    "mark the disk as ok": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findDisk(tx, params.plan.disk.id))?.status === "locked") {
            await updateDisk(tx, params.plan.disk.id, { status: "ok" });
          }
        }),
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "diskCreated",
      failed: "diskCreationFailed",
      details: { disk: end.params.plan.disk.name },
    }),
);

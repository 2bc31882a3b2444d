import type { DataCenterId } from "@yagura/std/ids.ts";
import { deleteDisk, findDisk, updateDisk } from "../db/queries/disks.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { EventSubject } from "../events/record.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { deleteImage } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";

export interface RemoveDisk {
  readonly disk: Disk;
  readonly dataCenterId: DataCenterId;
  readonly user?: EventSubject;
}

/** Removes a disk with its data. What is half deleted is not brought back: the disk is illegal then, and can be removed again. */
export const removeDisk = saga<RemoveDisk, SagaDeps>(
  "remove-disk",
  {
    [managerAwaited]: awaitStorageManager({
      undo: ({ params: { disk }, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findDisk(tx, disk.id))?.status === "locked")
            await updateDisk(tx, disk.id, { status: disk.status });
        }),
    }),
    "mark the disk as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "locked" })),
      undo: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "illegal" })),
    },
    "delete the image": {
      async run(input) {
        const { disk, dataCenterId } = input.params;
        await deleteImage(input, {
          dataCenterId,
          domainId: disk.storageDomainId,
          diskId: disk.id,
          wipe: disk.wipeAfterDelete,
        });
      },
    },
    "forget the disk": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findDisk(tx, params.disk.id)) !== undefined) await deleteDisk(tx, params.disk.id);
        }),
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "diskRemoved",
      failed: "diskRemovalFailed",
      details: { disk: end.params.disk.name },
    }),
);

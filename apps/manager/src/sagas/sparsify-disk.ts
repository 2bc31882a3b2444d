import type { DataCenterId, JobId } from "@yagura/std/ids.ts";
import { findDisk, updateDisk } from "../db/queries/disks.ts";
import { updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { EventSubject } from "../events/record.ts";
import { startSparsify } from "../hosts/host-jobs.ts";
import { findVolumeState, readVolumeSizes, type VolumeOnStorage } from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToSomeHost } from "./pool-hosts.ts";
import { ensureWorkDone } from "./volume-jobs.ts";

export interface SparsifyDisk {
  readonly disk: Disk;
  readonly dataCenterId: DataCenterId;
  readonly jobId: JobId;
  readonly user?: EventSubject;
}

type Input = StepInput<SparsifyDisk, SagaDeps>;

const locked = "mark the disk as locked";

/** Gives the space back that the file systems in a disk do not use. */
export const sparsifyDisk = saga<SparsifyDisk, SagaDeps>(
  "sparsify-disk",
  {
    [locked]: {
      async run(input) {
        await transaction(input.deps.db, (tx) => updateDisk(tx, input.params.disk.id, { status: "locked" }));
        const state = await findVolumeState(await talkToSomeHost(input, input.params.dataCenterId), placeOf(input));
        return state?.generation ?? 0;
      },
      undo: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "ok" })),
    },
    "give the space back": {
      async run(input) {
        const { disk, dataCenterId, jobId } = input.params;
        const volume = { ...placeOf(input), generation: (input.outputs.get(locked) as number | undefined) ?? 0 };
        await ensureWorkDone(input, {
          dataCenterId,
          jobId,
          volume,
          what: "give unused space back",
          description: `Sparsifying Disk ${disk.name}`,
          start: (talk, id) => startSparsify(talk, id, volume),
        });
      },
    },
    "mark the disk as ok": {
      async run(input) {
        const { disk, dataCenterId } = input.params;
        const { actualBytes } = await readVolumeSizes(await talkToSomeHost(input, dataCenterId), placeOf(input));
        await transaction(input.deps.db, async (tx) => {
          if ((await findDisk(tx, disk.id))?.status !== "locked") return;
          await updateVolume(tx, disk.volumeId, { actualBytes });
          await updateDisk(tx, disk.id, { actualBytes, status: "ok" });
        });
      },
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "diskSparsified",
      failed: "diskSparsificationFailed",
      details: { disk: end.params.disk.name },
    }),
);

function placeOf({ params: { disk, dataCenterId } }: Input): VolumeOnStorage {
  return { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: disk.volumeId };
}

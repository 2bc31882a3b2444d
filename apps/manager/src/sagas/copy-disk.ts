import type { DataCenterId, JobId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { deleteDisk, findDisk, updateDisk } from "../db/queries/disks.ts";
import { findStorageDomain } from "../db/queries/storage-domains.ts";
import { updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { EventSubject } from "../events/record.ts";
import { startCopy } from "../hosts/host-jobs.ts";
import { findVolumeState, readVolumeSizes, type VolumeOnStorage } from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { type DiskPlan, ensureNoPlannedVolumes, ensurePlannedVolume, recordDisk } from "./create-disk.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToSomeHost } from "./pool-hosts.ts";
import { ensureWorkDone } from "./volume-jobs.ts";

export interface CopyDisk {
  readonly source: Disk;
  readonly dataCenterId: DataCenterId;
  /** A disk of one volume, that has all that a guest sees of the source. */
  readonly plan: DiskPlan;
  readonly jobId: JobId;
  readonly user?: EventSubject;
}

/** Records the copy, and that nobody may write to the source until it is made. */
export async function recordCopy(tx: Tx, { source, plan }: CopyDisk): Promise<void> {
  await recordDisk(tx, plan);
  await updateDisk(tx, source.id, { status: "locked" });
}

type Input = StepInput<CopyDisk, SagaDeps>;

const volumeMade = "create the volume";

/** Makes a disk of its own with the content of another one, on any domain of the data center. */
export const copyDisk = saga<CopyDisk, SagaDeps>(
  "copy-disk",
  {
    "record the copy as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordCopy(tx, params)),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          await deleteDisk(tx, params.plan.disk.id);
          await updateDisk(tx, params.source.id, { status: "ok" });
        }),
    },
    [managerAwaited]: awaitStorageManager(),
    [volumeMade]: {
      async run(input) {
        const { plan, dataCenterId } = input.params;
        await ensurePlannedVolume(input, dataCenterId, plan);
        return (await findVolumeState(await talkToSomeHost(input, dataCenterId), placeOf(input)))?.generation ?? 0;
      },
      undo: (input) => ensureNoPlannedVolumes(input, input.params.dataCenterId, [input.params.plan]),
    },
    "copy the data": { run: copyData },
    "unlock the disks": {
      async run(input) {
        const { plan, source, dataCenterId } = input.params;
        const sizes = await readVolumeSizes(await talkToSomeHost(input, dataCenterId), placeOf(input));
        await transaction(input.deps.db, async (tx) => {
          if ((await findDisk(tx, plan.disk.id))?.status !== "locked") return;
          await updateVolume(tx, plan.volume.id, sizes);
          await updateDisk(tx, plan.disk.id, { ...sizes, status: "ok" });
          await updateDisk(tx, source.id, { status: "ok" });
        });
      },
    },
  },
  async (tx, end) => {
    const id = end.params.plan.disk.storageDomainId;
    // It may have been destroyed meanwhile.
    const { name = id } = (await findStorageDomain(tx, id)) ?? {};
    await announceEnd(tx, end, {
      succeeded: "diskCopied",
      failed: "diskCopyFailed",
      storageDomain: { id, name },
      details: { disk: end.params.source.name },
    });
  },
);

async function copyData(input: Input): Promise<void> {
  const { source, dataCenterId, jobId } = input.params;
  const destination = { ...placeOf(input), generation: (input.outputs.get(volumeMade) as number | undefined) ?? 0 };
  await ensureWorkDone(input, {
    dataCenterId,
    jobId,
    volume: destination,
    what: "copy the disk",
    description: `Copying Disk ${source.name}`,
    start: (talk, id) =>
      startCopy(talk, id, {
        source: { dataCenterId, domainId: source.storageDomainId, diskId: source.id, volumeId: source.volumeId },
        destination,
      }),
  });
}

function placeOf({ params: { plan, dataCenterId } }: Input): VolumeOnStorage {
  const { disk, volume } = plan;
  return { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: volume.id };
}

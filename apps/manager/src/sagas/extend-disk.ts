import { mayRun } from "@yagura/lifecycles";
import type { DataCenterId } from "@yagura/std/ids.ts";
import { formatBytes } from "@yagura/std/units.ts";
import { getDiskAttachment } from "../db/queries/disk-attachments.ts";
import { findDisk, getDisk, updateDisk } from "../db/queries/disks.ts";
import { getVm } from "../db/queries/vms.ts";
import { updateVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import type { EventSubject } from "../events/record.ts";
import { isFault } from "../hosts/agent-errors.ts";
import {
  ensureVolumeSize,
  extendBelowGuest,
  readVolumeSizes,
  type VolumeOnStorage,
  type VolumeSizes,
} from "../hosts/host-volumes.ts";
import { announceEnd } from "./announce-end.ts";
import { isDomainGone } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { writeName } from "./describe-disk.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToSomeHost } from "./pool-hosts.ts";
import { talkTo, talkToStorageManager } from "./talk.ts";

export interface ExtendDisk {
  /** As it was when it was asked for. */
  readonly disk: Disk;
  readonly dataCenterId: DataCenterId;
  readonly capacityBytes: number;
  /** It got another name or description with it. */
  readonly isRenamed?: boolean;
  readonly user?: EventSubject;
}

type Input = StepInput<ExtendDisk, SagaDeps>;

/** Makes a disk larger. What has grown does not shrink again: however it ends, the disk has the size that its volume has. */
export const extendDisk = saga<ExtendDisk, SagaDeps>(
  "extend-disk",
  {
    "mark the disk as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "locked" })),
      undo: ({ params, deps }) => transaction(deps.db, (tx) => updateDisk(tx, params.disk.id, { status: "ok" })),
    },
    "make the volume larger": {
      run: extend,
      async undo(input) {
        if (await isDomainGone(input, placeOf(input))) return;
        const talk = await talkToSomeHost(input, input.params.dataCenterId);
        await writeSizes(input, await readVolumeSizes(talk, placeOf(input)));
      },
    },
    "mark the disk as ok": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          if ((await findDisk(tx, params.disk.id))?.status !== "locked") return;
          await updateDisk(tx, params.disk.id, { status: "ok" });
        }),
    },
    "write the name to the storage": {
      async run(input) {
        if (input.params.isRenamed === true) await writeName(input);
      },
      isPatient: true,
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "diskExtended",
      failed: "diskExtensionFailed",
      details: { disk: end.params.disk.name, size: formatBytes(end.params.capacityBytes) },
    }),
);

/** Below a running guest its own host makes the disk larger, so that the guest's QEMU knows of it; else the storage's manager. */
async function extend(input: Input): Promise<void> {
  const { dataCenterId, capacityBytes } = input.params;
  const user = await findRunningUser(input);
  if (user === undefined) {
    const talk = await talkToStorageManager(input, dataCenterId);
    return writeSizes(input, await ensureVolumeSize(talk, placeOf(input), capacityBytes));
  }
  const talk = talkTo(input, user.hostId);
  try {
    await extendBelowGuest(talk, { ...placeOf(input), vmId: user.vmId, capacityBytes });
  } catch (error) {
    // The guest ended meanwhile: the Manager sees it soon, and the next try goes the other way.
    if (isFault(error, "NoSuchVM", "VMIsDown")) throw new GuestHasEnded("the guest ended", { cause: error });
    throw error;
  }
  await writeSizes(input, await readVolumeSizes(talk, placeOf(input)));
}

class GuestHasEnded extends Error {
  override readonly name = "GuestHasEnded";
  readonly retryable = true;
}

async function findRunningUser({ params: { disk }, deps }: Input) {
  for (const vmId of (await getDisk(deps.db, disk.id)).vmIds) {
    const { run } = await getVm(deps.db, vmId);
    const { isActive } = await getDiskAttachment(deps.db, vmId, disk.id);
    if (isActive && mayRun(run.status) && run.hostId !== undefined) return { vmId, hostId: run.hostId };
  }
  return undefined;
}

async function writeSizes({ params, deps }: Input, sizes: VolumeSizes): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await updateVolume(tx, params.disk.volumeId, sizes);
    await updateDisk(tx, params.disk.id, { capacityBytes: sizes.capacityBytes });
  });
}

function placeOf({ params: { disk, dataCenterId } }: Input): VolumeOnStorage {
  return { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: disk.volumeId };
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { findDisk } from "../db/queries/disks.ts";
import { transaction } from "../db/transaction.ts";
import type { Disk } from "../domain/disk/disk.ts";
import { announce } from "../events/announce.ts";
import { isTransient } from "../hosts/agent-errors.ts";
import { writeVolumeDescription } from "../hosts/host-volumes.ts";
import { awaitStorageManager, managerAwaited } from "./await-storage-manager.ts";
import { volumeDescription } from "./create-disk.ts";
import { isDomainGone } from "./delete-image.ts";
import type { SagaDeps } from "./deps.ts";
import { type StepInput, saga } from "./engine/saga.ts";
import { talkToStorageManager } from "./talk.ts";

export interface DescribeDisk {
  readonly disk: Pick<Disk, "id" | "name">;
  readonly dataCenterId: DataCenterId;
}

/** Writes a disk's name and description to its storage, where whoever imports the domain reads them. */
export const describeDisk = saga<DescribeDisk, SagaDeps>(
  "describe-disk",
  {
    [managerAwaited]: awaitStorageManager(),
    "write the name to the storage": { run: writeName },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    if (outcome.outcome === "succeeded") return;
    await announceUnwritten(tx, { params, deps, correlationId }, outcome.error);
  },
);

/** As it is called now. That it cannot be written is told, and is no failure of what it is part of: the Manager knows it. */
export async function writeName(input: StepInput<DescribeDisk, SagaDeps>): Promise<void> {
  const { dataCenterId } = input.params;
  const disk = await findDisk(input.deps.db, input.params.disk.id);
  if (disk === undefined) return;
  const place = { dataCenterId, domainId: disk.storageDomainId, diskId: disk.id, volumeId: disk.volumeId };
  if (await isDomainGone(input, place)) return;
  try {
    await writeVolumeDescription(await talkToStorageManager(input, dataCenterId), place, volumeDescription(disk));
  } catch (error) {
    input.signal.throwIfAborted();
    if (isTransient(error)) throw error;
    await transaction(input.deps.db, (tx) => announceUnwritten(tx, input, describeError(error)));
  }
}

interface Telling {
  readonly params: { readonly disk: Pick<Disk, "name"> };
  readonly deps: Pick<SagaDeps, "clock">;
  readonly correlationId: string;
}

export async function announceUnwritten(
  tx: Tx,
  { params: { disk }, deps, correlationId }: Telling,
  reason: string,
): Promise<void> {
  await announce(tx, deps.clock, { name: "diskNameNotWritten", correlationId, details: { disk: disk.name, reason } });
}

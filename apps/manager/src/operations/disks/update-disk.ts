import type { DiskId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk, updateDisk as writeDisk } from "../../db/queries/disks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { announceUnwritten, type DescribeDisk, describeDisk } from "../../sagas/describe-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit Virtual Disk.";

export interface DiskUpdate {
  readonly diskId: DiskId;
  readonly name?: string;
  readonly description?: string;
  readonly wipeAfterDelete?: boolean;
  readonly propagateErrors?: boolean;
}

/**
 * Changes what is known of a disk; its size is changed by `extendDisk`. Another name, or description, is written to the storage
 * too, by what is started then. A disk whose domain is not in use is renamed all the same, and somebody told.
 */
export async function updateDisk(context: OpContext, update: DiskUpdate): Promise<Started | undefined> {
  const { diskId } = update;
  await context.authorize("edit_disk_properties", { type: "disk", id: diskId });
  if (update.name !== undefined) refuseIf(attempt, nameProblems("disk", update.name), "invalid");
  const before = await getDisk(context.db, diskId);
  const domain = await getStorageDomain(context.db, before.storageDomainId);
  const { dataCenterId } = domain;
  if (!isRenaming(before, update) || dataCenterId === undefined || domain.status !== "active") {
    await transaction(context.db, async (tx) => {
      const disk = await change(context, tx, update);
      if (!isRenaming(before, update)) return;
      const about = { params: { disk }, deps: context, correlationId: context.correlationId };
      await announceUnwritten(tx, about, `The Storage Domain ${domain.name} is not in use.`);
    });
    return undefined;
  }
  const plan = async (tx: Tx): Promise<DescribeDisk> => ({ disk: await change(context, tx, update), dataCenterId });
  return startSaga(context, attempt, describeDisk, plan, {
    description: `Writing the name of Disk ${update.name ?? before.name} to its storage`,
    locks: [`disk:${diskId}`],
  });
}

export function isRenaming(disk: Disk, { name, description }: Omit<DiskUpdate, "diskId">): boolean {
  return (name ?? disk.name) !== disk.name || (description ?? disk.description) !== disk.description;
}

async function change(context: OpContext, tx: Tx, { diskId, ...changes }: DiskUpdate): Promise<Disk> {
  const disk = await getDisk(tx, diskId);
  refuseIf(attempt, disk.status === "locked" ? ["Disk is locked."] : []);
  await writeDisk(tx, diskId, changes);
  await announce(tx, context.clock, { name: "diskUpdated", ...byActor(context), details: { disk: disk.name } });
  return getDisk(tx, diskId);
}

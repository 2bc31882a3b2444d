import type { DiskId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getDisk, updateDisk as writeDisk } from "../../db/queries/disks.ts";
import { transaction } from "../../db/transaction.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit Virtual Disk.";

export interface DiskUpdate {
  readonly diskId: DiskId;
  readonly name?: string;
  readonly description?: string;
  readonly wipeAfterDelete?: boolean;
  readonly propagateErrors?: boolean;
}

/** Changes what only the Manager knows of a disk; its size is changed by `extendDisk`. */
export async function updateDisk(context: OpContext, { diskId, ...changes }: DiskUpdate): Promise<Disk> {
  await context.authorize("edit_disk_properties", { type: "disk", id: diskId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("disk", changes.name), "invalid");
  return transaction(context.db, async (tx) => {
    const disk = await getDisk(tx, diskId);
    refuseIf(attempt, disk.status === "locked" ? ["Disk is locked."] : []);
    await writeDisk(tx, diskId, changes);
    await announce(tx, context.clock, { name: "diskUpdated", ...byActor(context), details: { disk: disk.name } });
    return getDisk(tx, diskId);
  });
}

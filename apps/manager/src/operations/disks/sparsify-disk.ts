import { type DiskId, type JobId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { sparsifyDisk as definition, type SparsifyDisk } from "../../sagas/sparsify-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, userOf } from "../subjects.ts";
import { getUsableDomain, unrestProblems } from "./disk-at-rest.ts";

const attempt = "Cannot sparsify Virtual Disk.";

/** Gives back what the file systems in a disk do not use. */
export async function sparsifyDisk(context: OpContext, diskId: DiskId): Promise<Started> {
  await context.authorize("edit_disk_properties", { type: "disk", id: diskId });
  const { name } = await getDisk(context.db, diskId);
  const plan = async (tx: Tx): Promise<SparsifyDisk> => {
    const disk = await getDisk(tx, diskId);
    const { dataCenterId } = await getUsableDomain(tx, attempt, disk.storageDomainId);
    refuseIf(attempt, [
      ...(await unrestProblems(tx, disk)),
      ...(disk.isSparse ? [] : ["The disk is preallocated."]),
      ...(disk.templateIds.length > 0 ? ["The disk belongs to a Template."] : []),
      ...((await countVolumesOn(tx, diskId)) > 0 ? ["Disks of VMs depend on the disk."] : []),
    ]);
    await updateDisk(tx, diskId, { status: "locked" });
    await announce(tx, context.clock, {
      name: "diskSparsificationStarted",
      ...byActor(context),
      details: { disk: disk.name },
    });
    return { disk, dataCenterId, jobId: newId<JobId>(), ...userOf(context) };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `Sparsifying Disk ${name}`,
    locks: [`disk:${diskId}`],
  });
}

import { type DiskId, type JobId, newId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { countVolumesOn, listVolumes } from "../../db/queries/volumes.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { moveDisk as definition, type MoveDisk } from "../../sagas/move-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";
import { getUsableDomain, listRunningUsers, spaceProblems, unrestProblems } from "./disk-at-rest.ts";

const attempt = "Cannot move Virtual Disk.";

export interface DiskMove {
  readonly diskId: DiskId;
  readonly toDomainId: StorageDomainId;
}

/** Takes a disk that nobody uses to another domain of its data center. It keeps its ids, and its VMs keep it. */
export async function moveDisk(context: OpContext, { diskId, toDomainId }: DiskMove): Promise<Started> {
  await context.authorize("configure_disk_storage", { type: "disk", id: diskId });
  await context.authorize("create_disk", { type: "storage_domain", id: toDomainId });
  const { name } = await getDisk(context.db, diskId);
  const plan = async (tx: Tx): Promise<MoveDisk> => {
    const disk = await getDisk(tx, diskId);
    const running = await listRunningUsers(tx, disk);
    refuseIf(
      attempt,
      running.map((vm) => `VM ${vm} is running; the disk of a running VM cannot be moved yet. Shut it down first.`),
      "conflict",
    );
    const from = await getUsableDomain(tx, attempt, disk.storageDomainId);
    const to = await getUsableDomain(tx, attempt, toDomainId);
    const volumes = await listVolumes(tx, diskId);
    const [lowest] = volumes;
    refuseIf(attempt, [
      ...(await unrestProblems(tx, disk)),
      ...(to.id === from.id ? ["Source and target Storage Domains must be different."] : []),
      ...(to.dataCenterId === from.dataCenterId ? [] : ["The Storage Domain is in another Data Center."]),
      ...(disk.templateIds.length > 0
        ? ["The disk belongs to a Template; disks of Templates stay on their Storage Domain."]
        : []),
      ...((await countVolumesOn(tx, diskId)) > 0 ? ["Disks of VMs depend on the disk."] : []),
      ...(lowest?.parentId === undefined
        ? []
        : ["The disk is based on a Template, whose disk is not on the target Storage Domain. Copy it instead."]),
      ...spaceProblems(to, disk.isSparse ? disk.actualBytes : disk.capacityBytes),
    ]);
    await updateDisk(tx, diskId, { status: "locked" });
    await announce(tx, context.clock, {
      name: "diskMoveStarted",
      ...byActor(context),
      storageDomain: subject(to),
      details: { disk: disk.name },
    });
    return {
      disk,
      dataCenterId: from.dataCenterId,
      toDomainId,
      volumes: volumes.map((volume) => ({ ...volume, jobId: newId<JobId>() })),
      ...userOf(context),
    };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `Moving Disk ${name}`,
    locks: [`disk:${diskId}`],
  });
}

import { diskLifecycle } from "@yagura/lifecycles";
import type { DiskId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { listImageTransfers } from "../../db/queries/image-transfers.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { hasEnded } from "../../domain/image-transfer/image-transfer.ts";
import { removeDisk as definition } from "../../sagas/remove-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { listRunningUsers } from "./disk-at-rest.ts";

const attempt = "Cannot remove Virtual Disk.";

/** Deletes a disk with its data. */
export async function removeDisk(context: OpContext, diskId: DiskId): Promise<Started> {
  await context.authorize("delete_disk", { type: "disk", id: diskId });
  const disk = await getDisk(context.db, diskId);
  const { dataCenterId } = await getStorageDomain(context.db, disk.storageDomainId);
  if (dataCenterId === undefined) {
    throw new OperationRefused("conflict", attempt, ["The relevant Storage Domain is inaccessible."]);
  }
  return startSaga(
    context,
    attempt,
    definition,
    { disk, dataCenterId, ...userOf(context) },
    {
      description: `Removing Disk ${disk.name}`,
      locks: [`disk:${diskId}`, ...disk.vmIds.map((vmId) => `vm:${vmId}` as const)],
      async prepare(tx) {
        refuseIf(attempt, await removalProblems(tx, await getDisk(tx, diskId)));
        await updateDisk(tx, diskId, { status: "locked" });
      },
    },
  );
}

/** Why a disk cannot be deleted now; none when it can. */
export async function removalProblems(db: Db, disk: Disk): Promise<string[]> {
  const problems: string[] = [];
  if (!diskLifecycle.canHappen(disk.status, "remove")) problems.push("Disk is locked.");
  if (disk.templateIds.length > 0) problems.push("The disk belongs to a Template; remove that.");
  if ((await countVolumesOn(db, disk.id)) > 0) problems.push("Disks of VMs depend on the disk.");
  problems.push(...(await listRunningUsers(db, disk)).map((name) => `VM ${name} is running.`));
  const transfers = await listImageTransfers(db, { diskId: disk.id });
  if (transfers.some((transfer) => !hasEnded(transfer.phase))) problems.push("The disk is being transferred.");
  return problems;
}

import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk, updateDisk } from "../../db/queries/disks.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import { diskCapacityBytesMax, roundCapacity } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { extendDisk as definition, type ExtendDisk } from "../../sagas/extend-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { getUsableDomain, spaceProblems, useProblems } from "./disk-at-rest.ts";
import { type DiskUpdate, isRenaming } from "./update-disk.ts";

const attempt = "Cannot extend Virtual Disk.";

/** Makes a disk larger, also below a running guest; other changes are made with it. It never becomes smaller. */
export async function extendDisk(
  context: OpContext,
  { diskId, capacityBytes: askedBytes, ...changes }: DiskUpdate & { readonly capacityBytes: number },
): Promise<Started> {
  await context.authorize("edit_disk_properties", { type: "disk", id: diskId });
  const { name } = await getDisk(context.db, diskId);
  const isPossible = Number.isSafeInteger(askedBytes) && askedBytes > 0 && askedBytes <= diskCapacityBytesMax;
  refuseIf(
    attempt,
    isPossible ? [] : ["The provisioned size of a disk must be a positive number of bytes."],
    "invalid",
  );
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("disk", changes.name), "invalid");
  const capacityBytes = roundCapacity(askedBytes);
  const plan = async (tx: Tx): Promise<ExtendDisk> => {
    const disk = await getDisk(tx, diskId);
    const { dataCenterId, ...domain } = await getUsableDomain(tx, attempt, disk.storageDomainId);
    refuseIf(attempt, [
      ...(await useProblems(tx, disk)),
      ...(disk.templateIds.length > 0 ? ["The disk belongs to a Template."] : []),
      ...((await countVolumesOn(tx, diskId)) > 0 ? ["Disks of VMs depend on the disk."] : []),
      ...(capacityBytes < disk.capacityBytes
        ? [`A disk cannot be made smaller; it has ${disk.capacityBytes} bytes, asked for were ${askedBytes}.`]
        : []),
      ...(disk.isSparse ? [] : spaceProblems(domain, capacityBytes - disk.capacityBytes)),
    ]);
    await updateDisk(tx, diskId, { ...changes, status: "locked" });
    const isRenamed = isRenaming(disk, changes);
    return { disk: await getDisk(tx, diskId), dataCenterId, capacityBytes, isRenamed, ...userOf(context) };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `Extending Disk ${name}`,
    locks: [`disk:${diskId}`],
  });
}

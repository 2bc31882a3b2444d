import { type DiskId, type JobId, newId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDisk } from "../../db/queries/disks.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { type CopyDisk, copyDisk as definition, recordCopy } from "../../sagas/copy-disk.ts";
import { ownCreated } from "../permissions/own-created.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";
import { getUsableDomain, spaceProblems, unrestProblems } from "./disk-at-rest.ts";
import { planDisk } from "./plan-disk.ts";

const attempt = "Cannot copy Virtual Disk.";

export interface DiskCopy {
  readonly diskId: DiskId;
  readonly toDomainId: StorageDomainId;
  /** By default as the source is called. */
  readonly name?: string;
}

/** Makes a disk of its own, of one volume, with everything that a guest sees of another one that stands still. */
export async function copyDisk(
  context: OpContext,
  { diskId, toDomainId, name }: DiskCopy,
): Promise<Started & { readonly disk: Disk }> {
  await context.authorize("configure_disk_storage", { type: "disk", id: diskId });
  await context.authorize("create_disk", { type: "storage_domain", id: toDomainId });
  const copyId = newId<DiskId>();
  const { name: sourceName } = await getDisk(context.db, diskId);
  const plan = async (tx: Tx): Promise<CopyDisk> => {
    const source = await getDisk(tx, diskId);
    const from = await getUsableDomain(tx, attempt, source.storageDomainId);
    const to = await getUsableDomain(tx, attempt, toDomainId);
    refuseIf(attempt, [
      ...(await unrestProblems(tx, source)),
      ...(to.dataCenterId === from.dataCenterId ? [] : ["The Storage Domain is in another Data Center."]),
      ...(source.templateIds.length > 0
        ? ["The disk belongs to a Template; disks of Templates stay on their Storage Domain."]
        : []),
      ...spaceProblems(to, source.isSparse ? source.actualBytes : source.capacityBytes),
    ]);
    const { id: _, ...alike } = source;
    const wanted = {
      ...alike,
      id: copyId,
      volumeId: newId<VolumeId>(),
      storageDomainId: to.id,
      name: name ?? source.name,
    };
    const planned = await planDisk(tx, attempt, wanted, context.clock.nowMs());
    const params = { source, jobId: newId<JobId>(), ...planned, ...userOf(context) };
    await recordCopy(tx, params);
    await ownCreated(tx, context, { type: "disk", id: copyId });
    await announce(tx, context.clock, {
      name: "diskCopyStarted",
      ...byActor(context),
      storageDomain: subject(to),
      details: { disk: source.name },
    });
    return params;
  };
  const started = await startSaga(context, attempt, definition, plan, {
    description: `Copying Disk ${sourceName}`,
    locks: [`disk:${diskId}`, `disk:${copyId}`],
  });
  return { ...started, disk: await getDisk(context.db, copyId) };
}

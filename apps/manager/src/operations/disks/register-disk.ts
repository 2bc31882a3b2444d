import { type DiskId, newId, type StorageDomainId, type TemplateId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { listClusters } from "../../db/queries/clusters.ts";
import { ensureDisk, findDisk, getDisk } from "../../db/queries/disks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { ensureTemplate, ensureTemplateDisk, findTemplateByName } from "../../db/queries/templates.ts";
import { ensureVolume, findVolume } from "../../db/queries/volumes.ts";
import { transaction } from "../../db/transaction.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import type { FoundDisk } from "../../domain/disk/found-disk.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { hardwareDefaults } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { ownCreated } from "../permissions/own-created.ts";
import { byActor, subject } from "../subjects.ts";
import { getUsableDomain } from "./disk-at-rest.ts";
import { findUnregisteredDisk } from "./find-unregistered-disks.ts";

const attempt = "Cannot register Disk.";

export interface DiskRegistration {
  readonly storageDomainId: StorageDomainId;
  readonly diskId: DiskId;
  /** By default as the storage says. */
  readonly name?: string;
  readonly description?: string;
}

/**
 * Makes a disk known that is on a domain in use. Its storage is only read: the disk has the ids, and the data, that it had.
 * The disk of a template comes with a template of its name: nobody may write to it, because disks of VMs may stand on it.
 */
export async function registerDisk(context: OpContext, asked: DiskRegistration): Promise<Disk> {
  const { storageDomainId, diskId, name } = asked;
  await context.authorize("create_disk", { type: "storage_domain", id: storageDomainId });
  if (name !== undefined) refuseIf(attempt, nameProblems("disk", name), "invalid");
  const found = await findUnregisteredDisk(context, attempt, storageDomainId, diskId);
  if (found === undefined) throw new NotFound("disk", diskId);
  refuseIf(attempt, found.problem === undefined ? [] : [`The disk cannot be used: ${found.problem}.`]);
  await transaction(context.db, (tx) => record(tx, context, asked, found));
  return getDisk(context.db, diskId);
}

async function record(tx: Tx, context: OpContext, asked: DiskRegistration, found: FoundDisk): Promise<void> {
  const { storageDomainId, diskId, name, description } = asked;
  await getUsableDomain(tx, attempt, storageDomainId);
  refuseIf(attempt, (await findDisk(tx, diskId)) === undefined ? [] : ["The disk is registered already."]);
  const [lowest] = found.volumes;
  const ground = lowest?.parentId;
  if (ground !== undefined && (await findVolume(tx, ground)) === undefined) {
    refuseIf(attempt, [`The disk stands on the disk ${lowest?.parentDiskId} of a template; register that one first.`]);
  }
  const disk = {
    ...found.disk,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  };
  await ensureDisk(tx, disk);
  for (const [index, { parentDiskId: _, ...volume }] of found.volumes.entries()) {
    // Their order is that of the chain; their times on the storage have whole seconds only.
    await ensureVolume(tx, { ...volume, createdAtMs: (lowest?.createdAtMs ?? 0) + index });
  }
  if (found.isOfTemplate) await recordTemplate(tx, context, disk);
  await ownCreated(tx, context, { type: "disk", id: diskId });
  await announce(tx, context.clock, {
    name: "diskRegistered",
    ...byActor(context),
    storageDomain: subject(await getStorageDomain(tx, storageDomainId)),
    details: { disk: disk.name },
  });
}

async function recordTemplate(tx: Tx, context: OpContext, disk: FoundDisk["disk"]): Promise<void> {
  const { dataCenterId } = await getUsableDomain(tx, attempt, disk.storageDomainId);
  const [cluster] = await listClusters(tx, { dataCenterId });
  const wanted = disk.name.replace(/[^\w.-]/g, "_").slice(0, 30);
  const isTaken = (await findTemplateByName(tx, wanted)) !== undefined;
  const templateId = newId<TemplateId>();
  await ensureTemplate(tx, {
    id: templateId,
    name: isTaken ? `${wanted}-${disk.id.slice(0, 8)}` : wanted,
    description: "made for a disk of a template that was found on its storage domain",
    comment: "",
    ...(cluster !== undefined && { clusterId: cluster.id }),
    status: "ok",
    type: "server",
    hardware: { ...hardwareDefaults, ...(cluster !== undefined && { biosType: cluster.biosType }) },
    isDeleteProtected: false,
    createdAtMs: context.clock.nowMs(),
  });
  await ensureTemplateDisk(tx, { templateId, diskId: disk.id, interface: "virtio_scsi", isBootable: true }, 0);
  await ownCreated(tx, context, { type: "template", id: templateId });
}

import { mayRun } from "@yagura/lifecycles";
import { type DiskId, newId, type VmId, type VolumeId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { ensureDiskAttachment, getDiskAttachment, listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { findDisk, getDisk } from "../../db/queries/disks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { DiskAttachment, DiskInterface } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { createDisk as definition, recordNewDisk } from "../../sagas/create-disk.ts";
import type { AskedDisk } from "../disks/create-disk.ts";
import { getUsableDomain } from "../disks/disk-at-rest.ts";
import { planDisk } from "../disks/plan-disk.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";

const attempt = "Cannot attach Virtual Disk.";

export interface NewAttachment {
  readonly vmId: VmId;
  readonly interface?: DiskInterface;
  readonly isBootable?: boolean;
  readonly isActive?: boolean;
  readonly isReadOnly?: boolean;
  readonly passDiscard?: boolean;
}

/** Gives a VM a disk that is there. */
export async function attachDisk(
  context: OpContext,
  { diskId, ...asked }: NewAttachment & { readonly diskId: DiskId },
): Promise<DiskAttachment> {
  await context.authorize("configure_vm_storage", { type: "vm", id: asked.vmId });
  await context.authorize("attach_disk", { type: "disk", id: diskId });
  const attachment = planAttachment(asked, diskId);
  await transaction(context.db, async (tx) => {
    const [vm, disk] = [await getVm(tx, asked.vmId), await getDisk(tx, diskId)];
    await refuseAttachment(tx, attachment, disk.storageDomainId);
    const others = disk.vmIds.filter((vmId) => vmId !== vm.id);
    refuseIf(attempt, [
      ...(disk.status === "locked" ? ["Disk is locked."] : []),
      ...(disk.status === "illegal" ? ["Disk is illegal."] : []),
      ...(disk.vmIds.includes(vm.id) ? ["The disk is already attached to the VM."] : []),
      ...(others.length > 0 && !disk.isShareable ? ["The disk is attached to another VM, and is not shareable."] : []),
      ...(disk.templateIds.length > 0 ? ["The disk belongs to a Template."] : []),
    ]);
    await ensureDiskAttachment(tx, attachment);
    await announce(tx, context.clock, {
      name: "diskAttached",
      ...byActor(context),
      vm: subject(vm),
      details: { disk: disk.name },
    });
  });
  return getDiskAttachment(context.db, asked.vmId, diskId);
}

/** Makes a new disk for a VM. */
export async function attachNewDisk(
  context: OpContext,
  { disk: askedDisk, ...asked }: NewAttachment & { readonly disk: AskedDisk },
): Promise<Started & { readonly attachment: DiskAttachment }> {
  await context.authorize("configure_vm_storage", { type: "vm", id: asked.vmId });
  await context.authorize("create_disk", { type: "storage_domain", id: askedDisk.storageDomainId });
  const wanted = {
    ...askedDisk,
    id: askedDisk.id ?? newId<DiskId>(),
    volumeId: askedDisk.volumeId ?? newId<VolumeId>(),
  };
  const { plan, dataCenterId } = await planDisk(context.db, attempt, wanted, context.clock.nowMs());
  const attachment = planAttachment(asked, plan.disk.id);
  const params = { plan, dataCenterId, attachment, ...userOf(context) };
  const started = await startSaga(context, attempt, definition, params, {
    description: `Adding Disk ${plan.disk.name}`,
    // The VM is locked too: it must not start without the disk that it was given.
    locks: [`disk:${plan.disk.id}`, `vm:${asked.vmId}`],
    async prepare(tx) {
      await getUsableDomain(tx, attempt, plan.disk.storageDomainId);
      refuseIf(attempt, (await findDisk(tx, wanted.id)) === undefined ? [] : ["The disk ID is already in use."]);
      await refuseAttachment(tx, attachment, plan.disk.storageDomainId);
      await recordNewDisk(tx, params);
      await announce(tx, context.clock, {
        name: "diskCreationStarted",
        ...byActor(context),
        details: { disk: plan.disk.name },
      });
    },
  });
  return { ...started, attachment: await getDiskAttachment(context.db, asked.vmId, plan.disk.id) };
}

function planAttachment(asked: NewAttachment, diskId: DiskId): DiskAttachment {
  return {
    vmId: asked.vmId,
    diskId,
    interface: asked.interface ?? "virtio_scsi",
    isBootable: asked.isBootable ?? false,
    isActive: asked.isActive ?? true,
    isReadOnly: asked.isReadOnly ?? false,
    passDiscard: asked.passDiscard ?? false,
  };
}

async function refuseAttachment(
  tx: Tx,
  { vmId, isBootable }: DiskAttachment,
  storageDomainId: Parameters<typeof getStorageDomain>[1],
): Promise<void> {
  const vm = await getVm(tx, vmId);
  const [cluster, domain] = [await getCluster(tx, vm.clusterId), await getStorageDomain(tx, storageDomainId)];
  const others = await listDiskAttachments(tx, { vmId });
  refuseIf(attempt, [
    ...(vm.run.status === "image_locked" ? ["VM is locked."] : []),
    ...(domain.dataCenterId === cluster.dataCenterId ? [] : ["The disk is in another Data Center than the VM."]),
    ...(isBootable && others.some((other) => other.isBootable) ? ["The VM already has a bootable disk."] : []),
    ...(others.length >= 100 ? ["A VM can have at most 100 disks."] : []),
  ]);
  refuseIf(attempt, mayRun(vm.run.status) ? ["A disk cannot be attached to a running VM yet."] : [], "unsupported");
}

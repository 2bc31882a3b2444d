import type { Disk as RestDisk, DiskAttachment as RestDiskAttachment } from "@yagura/rest-model";
import type { DiskId, VmId } from "@yagura/std/ids.ts";
import { getDiskAttachment, listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import type { Disk, DiskInterface } from "../../domain/disk/disk.ts";
import { NotFound, OperationRefused } from "../../domain/errors.ts";
import { attachDisk, attachNewDisk } from "../../operations/disk-attachments/attach-disk.ts";
import { detachDisk } from "../../operations/disk-attachments/detach-disk.ts";
import { updateDiskAttachment } from "../../operations/disk-attachments/update-disk-attachment.ts";
import { removeDisk } from "../../operations/disks/remove-disk.ts";
import { defined } from "../defined.ts";
import { manyLists, mapValues } from "../many.ts";
import { pathId, required } from "../references.ts";
import { renderDiskAttachment } from "../representations/disk.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { created, SHORT_WAIT_MS, waitFor } from "../wait-for.ts";
import { changeDisk, readNewDisk } from "./disks.ts";

export const vmDiskAttachmentRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms/:vm/diskattachments",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const attachments = await listDiskAttachments(request.context.db, { vmId: id });
      return list(
        "disk_attachment",
        attachments.map((each) => renderDiskAttachment(each, request.links)),
      );
    },
    many: manyLists(
      { type: "disk_attachment", name: "vm", searchable: vmSearch },
      async ({ context, links }, vmIds: readonly VmId[]) => {
        const byVm = Map.groupBy(await listDiskAttachments(context.db, { vmIds }), ({ vmId }) => vmId);
        return mapValues(byVm, (each) => renderDiskAttachment(each, links));
      },
    ),
  },
  {
    method: "GET",
    path: "/vms/:vm/diskattachments/:disk",
    async handle(request) {
      const { id } = await request.inventory.vm(param(request, "vm"));
      const diskId = pathId<DiskId>("disk attachment", param(request, "disk"));
      const attachment = await getDiskAttachment(request.context.db, id, diskId);
      return entity("disk_attachment", renderDiskAttachment(attachment, request.links));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/diskattachments",
    async handle(request) {
      const { context, links } = request;
      const body = request.read("disk_attachment");
      const vm = await request.inventory.vm(param(request, "vm"));
      const asked = { vmId: vm.id, ...readAttachment(body) };
      const disk = required(body.disk, "DiskAttachment", "disk", "add");
      // A disk with an id that there is gets attached; any other is to be made, with that id if it has one.
      const known = disk.id === undefined ? undefined : await findDisk(request, disk.id);
      if (known !== undefined) {
        const attached = await attachDisk(context, { ...asked, diskId: known.id });
        return entity("disk_attachment", renderDiskAttachment(attached, links), "created");
      }
      const started = await attachNewDisk(context, { ...asked, disk: await readNewDisk(request, disk) });
      const outcome = await waitFor(request, started, { waitMs: SHORT_WAIT_MS });
      return created("disk_attachment", renderDiskAttachment(started.attachment, links), outcome);
    },
  },
  {
    method: "PUT",
    path: "/vms/:vm/diskattachments/:disk",
    async handle(request) {
      const body = request.read("disk_attachment");
      const ids = idsOf(request);
      const changes = readAttachment(body);
      const isOfDiskOnly = body.disk !== undefined && Object.keys(changes).length === 0;
      const updated = isOfDiskOnly
        ? await getDiskAttachment(request.context.db, ids.vmId, ids.diskId)
        : await updateDiskAttachment(request.context, { ...ids, changes });
      // Storage drivers make a disk larger through the VM that has it.
      if (body.disk !== undefined && (await differs(request, ids.diskId, body.disk))) {
        await changeDisk(request, ids.diskId, body.disk);
      }
      return entity("disk_attachment", renderDiskAttachment(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/vms/:vm/diskattachments/:disk",
    async handle(request) {
      const { vmId, diskId } = idsOf(request);
      // As oVirt has it: removing an attachment keeps the disk unless the client says that it is to go too.
      const isDetachOnly = request.query.findBoolean("detach_only") ?? true;
      await detachDisk(request.context, { vmId, diskId });
      if (!isDetachOnly) await waitFor(request, await removeDisk(request.context, diskId));
      return completed();
    },
  },
];

function vmIdOf(request: RestRequest): VmId {
  return pathId<VmId>("vm", param(request, "vm"));
}

function idsOf(request: RestRequest): { vmId: VmId; diskId: DiskId } {
  return { vmId: vmIdOf(request), diskId: pathId<DiskId>("disk attachment", param(request, "disk")) };
}

async function findDisk({ inventory }: RestRequest, diskId: string): Promise<Disk | undefined> {
  try {
    return await inventory.disk(diskId);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Clients send disks back as they got them. */
async function differs({ inventory }: RestRequest, diskId: DiskId, body: RestDisk): Promise<boolean> {
  const disk = await inventory.disk(diskId);
  const { provisioned_size: size = disk.capacityBytes, description = disk.description } = body;
  const name = body.name ?? body.alias ?? disk.name;
  return size !== disk.capacityBytes || description !== disk.description || name !== disk.name;
}

const interfaces: readonly DiskInterface[] = ["virtio_scsi", "virtio", "sata", "ide"];

function readAttachment(body: RestDiskAttachment) {
  const bus = interfaces.find((each) => each === body.interface);
  if (body.interface !== undefined && bus === undefined) {
    throw new OperationRefused("unsupported", "Cannot attach Virtual Disk.", [`${body.interface} is not supported.`]);
  }
  return defined({
    interface: bus,
    isBootable: body.bootable,
    isActive: body.active,
    isReadOnly: body.read_only,
    passDiscard: body.pass_discard,
  });
}

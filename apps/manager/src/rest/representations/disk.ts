import type { Disk as RestDisk, DiskAttachment as RestDiskAttachment } from "@yagura/rest-model";
import type { Disk, DiskAttachment, TemplateDiskAttachment } from "../../domain/disk/disk.ts";
import type { FoundDisk } from "../../domain/disk/found-disk.ts";
import type { Links } from "../links.ts";

export function renderDisk(disk: Disk, links: Links): RestDisk {
  return {
    ...links.of("disk", "disks", disk.id),
    name: disk.name,
    alias: disk.name,
    description: disk.description,
    actual_size: disk.actualBytes,
    backup: disk.backup,
    content_type: disk.contentType,
    format: disk.format,
    image_id: disk.volumeId,
    propagate_errors: disk.propagateErrors,
    provisioned_size: disk.capacityBytes,
    ...(disk.format === "cow" && { qcow_version: "qcow2_v3" as const }),
    shareable: disk.isShareable,
    sparse: disk.isSparse,
    status: disk.status,
    storage_type: "image",
    total_size: disk.actualBytes,
    wipe_after_delete: disk.wipeAfterDelete,
    storage_domains: [links.ref("storagedomains", disk.storageDomainId)],
    ...(disk.vmIds.length > 0 && { vms: disk.vmIds.map((vmId) => links.ref("vms", vmId)) }),
  };
}

/** A disk that is on the storage only: it has no place in the API before it is registered. */
export function renderFoundDisk({ disk, volumes }: FoundDisk, links: Links): RestDisk {
  const leaf = volumes.at(-1);
  const { id, ...rest } = renderDisk(
    { ...disk, volumeId: leaf?.id ?? (disk.id as string as Disk["volumeId"]), vmIds: [], templateIds: [] },
    links,
  );
  const { href: _, link: __, actions: ___, ...known } = rest;
  return { id, ...known };
}

/** The attachment of a disk has the id of the disk. */
export function renderDiskAttachment(attachment: DiskAttachment, links: Links): RestDiskAttachment {
  return {
    ...links.of("disk_attachment", "vms", attachment.vmId, "diskattachments", attachment.diskId),
    active: attachment.isActive,
    bootable: attachment.isBootable,
    interface: attachment.interface,
    ...(attachment.logicalName !== undefined && { logical_name: attachment.logicalName }),
    pass_discard: attachment.passDiscard,
    read_only: attachment.isReadOnly,
    uses_scsi_reservation: false,
    disk: links.ref("disks", attachment.diskId),
    vm: links.ref("vms", attachment.vmId),
  };
}

export function renderTemplateDiskAttachment(attachment: TemplateDiskAttachment, links: Links): RestDiskAttachment {
  const { templateId, diskId } = attachment;
  return {
    ...links.of("template_disk_attachment", "templates", templateId, "diskattachments", diskId),
    active: true,
    bootable: attachment.isBootable,
    interface: attachment.interface,
    pass_discard: false,
    read_only: false,
    uses_scsi_reservation: false,
    disk: links.ref("disks", diskId),
    template: links.ref("templates", templateId),
  };
}

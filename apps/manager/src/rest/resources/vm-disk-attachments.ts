import type { DiskId } from "@yagura/std/ids.ts";
import { getDiskAttachment, listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { pathId } from "../references.ts";
import { renderDiskAttachment } from "../representations/disk.ts";
import { entity, list, param, type Route } from "../route.ts";

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
];

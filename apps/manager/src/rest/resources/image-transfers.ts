import { getImageTransfer, listImageTransfers } from "../../db/queries/image-transfers.ts";
import { NotAllowed, NotFound } from "../../domain/errors.ts";
import type { ImageTransfer, ImageTransferId } from "../../domain/image-transfer/image-transfer.ts";
import { cancelImageTransfer, finalizeImageTransfer } from "../../operations/image-transfers/end-image-transfer.ts";
import { startImageTransfer } from "../../operations/image-transfers/start-image-transfer.ts";
import { defined } from "../defined.ts";
import { getReferenced, pathId } from "../references.ts";
import { renderImageTransfer } from "../representations/image-transfer.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";

/** A transfer's id is the key to its bytes: only who may change the disk sees it. */
export const imageTransferRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/imagetransfers",
    async handle(request) {
      const visible: ImageTransfer[] = [];
      for (const transfer of await listImageTransfers(request.context.db)) {
        if (await maySee(request, transfer)) visible.push(transfer);
      }
      return list(
        "image_transfer",
        visible.map((each) => render(request, each)),
      );
    },
  },
  {
    method: "GET",
    path: "/imagetransfers/:transfer",
    handle: async (request) => entity("image_transfer", render(request, await transferOf(request))),
  },
  {
    method: "POST",
    path: "/imagetransfers",
    async handle(request) {
      const body = request.read("image_transfer");
      const missing = { type: "ImageTransfer", member: "disk", operation: "add" } as const;
      // `image` is how older clients name the disk.
      const disk = await getReferenced("disk", body.disk ?? body.image, () => request.inventory.disks(), missing);
      const seconds = body.inactivity_timeout;
      const started = await startImageTransfer(request.context, {
        diskId: disk.id,
        direction: body.direction ?? "upload",
        ...defined({
          format: body.format,
          // 0 is how clients of oVirt ask for the usual.
          inactivityTimeoutMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
        }),
      });
      return entity("image_transfer", render(request, started), "created");
    },
  },
  {
    method: "POST",
    path: "/imagetransfers/:transfer/finalize",
    async handle(request) {
      request.readAction();
      await finalizeImageTransfer(request.context, (await transferOf(request)).id);
      return completed();
    },
  },
  {
    method: "POST",
    path: "/imagetransfers/:transfer/cancel",
    async handle(request) {
      request.readAction();
      await cancelImageTransfer(request.context, (await transferOf(request)).id);
      return completed();
    },
  },
];

/** @throws NotFound also for one whose disk the caller may not change */
async function transferOf(request: RestRequest): Promise<ImageTransfer> {
  const transferId = pathId<ImageTransferId>("image transfer", param(request, "transfer"));
  const transfer = await getImageTransfer(request.context.db, transferId);
  if (!(await maySee(request, transfer))) throw new NotFound("image transfer", transferId);
  return transfer;
}

async function maySee({ context }: RestRequest, { diskId }: ImageTransfer): Promise<boolean> {
  try {
    await context.authorize("edit_disk_properties", { type: "disk", id: diskId });
    return true;
  } catch (error) {
    if (error instanceof NotFound || error instanceof NotAllowed) return false;
    throw error;
  }
}

function render({ links, origin }: RestRequest, transfer: ImageTransfer) {
  return renderImageTransfer(transfer, links, origin);
}

import type { ImageTransfer as RestImageTransfer } from "@yagura/rest-model";
import type { ImageTransfer } from "../../domain/image-transfer/image-transfer.ts";
import type { Links } from "../links.ts";

/** @param origin where the client reached us: the Manager passes the bytes on. */
export function renderImageTransfer(transfer: ImageTransfer, links: Links, origin: string): RestImageTransfer {
  const url = `${origin}/images/${transfer.id}`;
  return {
    ...links.of("image_transfer", "imagetransfers", transfer.id),
    active: transfer.phase === "transferring" && transfer.transferredBytes > 0,
    direction: transfer.direction,
    format: transfer.format,
    inactivity_timeout: Math.round(transfer.inactivityTimeoutMs / 1000),
    phase: transfer.phase,
    // There is no way to the host itself for clients yet, so both ways lead over the Manager.
    ...(transfer.phase === "transferring" && { proxy_url: url, transfer_url: url }),
    shallow: false,
    timeout_policy: "cancel",
    transferred: transfer.transferredBytes,
    disk: links.ref("disks", transfer.diskId),
    image: { id: transfer.diskId },
    host: links.ref("hosts", transfer.hostId),
  };
}

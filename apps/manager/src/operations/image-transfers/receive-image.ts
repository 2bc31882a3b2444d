import type { OpContext } from "../../context.ts";
import { getDisk } from "../../db/queries/disks.ts";
import { getImageTransfer, updateImageTransfer } from "../../db/queries/image-transfers.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { ImageTransferId } from "../../domain/image-transfer/image-transfer.ts";

const attempt = "Cannot upload to disk.";

/** How often what has arrived is written down, for those who watch. */
const PROGRESS_MS = 1000;

export interface ReceivedImage {
  readonly transferId: ImageTransferId;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Streams the bytes of a client to the host that manages the disk's storage. The whole volume comes in one request; when
 * that fails, the disk stays locked until it is sent again or the transfer ends. Whoever has the transfer's id may send:
 * it is a random secret, as a ticket of oVirt's image daemon is.
 */
export async function receiveImage(
  context: Omit<OpContext, "authorize" | "actor">,
  { transferId, sizeBytes, content }: ReceivedImage,
): Promise<void> {
  const { db, clock, hosts, signal } = context;
  const transfer = await getImageTransfer(db, transferId);
  refuseIf(attempt, transfer.phase === "transferring" ? [] : [`The transfer is ${transfer.phase}.`]);
  const disk = await getDisk(db, transfer.diskId);
  const { dataCenterId } = await getStorageDomain(db, disk.storageDomainId);
  if (dataCenterId === undefined) throw new OperationRefused("conflict", attempt, ["The Storage Domain is detached."]);
  if (disk.format === "raw" && sizeBytes > disk.capacityBytes) {
    refuseIf(attempt, ["The image is larger than the disk."], "invalid");
  }
  let reportedAtMs = clock.monotonicMs();
  const report = async (transferredBytes: number): Promise<void> => {
    await transaction(db, (tx) =>
      updateImageTransfer(tx, transferId, { transferredBytes, updatedAtMs: clock.nowMs() }),
    );
  };
  // Written before the first byte goes: from now on the content is not what it was.
  if (sizeBytes > 0) await report(1);
  await hosts.putImage(transfer.hostId, {
    dataCenterId,
    storageDomainId: disk.storageDomainId,
    imageId: disk.id,
    volumeId: disk.volumeId,
    sizeBytes,
    content,
    signal,
    onProgress(sentBytes) {
      if (clock.monotonicMs() - reportedAtMs < PROGRESS_MS) return;
      reportedAtMs = clock.monotonicMs();
      report(sentBytes).catch((error: unknown) =>
        context.log.warn("cannot write the progress of a transfer down", { transferId, error: String(error) }),
      );
    },
  });
  await report(sizeBytes);
}

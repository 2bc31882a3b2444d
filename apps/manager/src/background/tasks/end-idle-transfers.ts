import type { OpContext } from "../../context.ts";
import { listImageTransfers } from "../../db/queries/image-transfers.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { ImageTransfer } from "../../domain/image-transfer/image-transfer.ts";
import { abandonTransfer, finalizeImageTransfer } from "../../operations/image-transfers/end-image-transfer.ts";
import type { BackgroundTask } from "../driver.ts";

/**
 * Ends transfers that nobody has used for longer than they said. One that has all of its bytes, and whose host did not answer
 * when it was to end, ends well as soon as that answers.
 */
export function endIdleTransfers(): BackgroundTask<{ ended: number }> {
  return {
    name: "end-idle-transfers",
    periodMs: 10_000,
    async activate(context) {
      const nowMs = context.clock.nowMs();
      const idle = (await listImageTransfers(context.db)).filter(
        ({ phase, updatedAtMs, inactivityTimeoutMs }) =>
          (phase === "transferring" || phase === "finalizing_success") && nowMs - updatedAtMs > inactivityTimeoutMs,
      );
      for (const transfer of idle) await endIdle(context, transfer);
      return { ended: idle.length };
    },
  };
}

async function endIdle(context: OpContext, transfer: ImageTransfer): Promise<void> {
  if (transfer.phase === "transferring") {
    return abandonTransfer(context, transfer, "cancelled_system", "imageTransferTimedOut");
  }
  try {
    await finalizeImageTransfer(context, transfer.id);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    context.log.info("a transfer cannot be ended yet", { transferId: transfer.id, reason: error.message });
  }
}

import { listImageTransfers } from "../../db/queries/image-transfers.ts";
import { abandonTransfer } from "../../operations/image-transfers/end-image-transfer.ts";
import type { BackgroundTask } from "../driver.ts";

/** Ends transfers that nobody has used for longer than they said. */
export function endIdleTransfers(): BackgroundTask<{ ended: number }> {
  return {
    name: "end-idle-transfers",
    periodMs: 10_000,
    async activate(context) {
      const nowMs = context.clock.nowMs();
      const idle = (await listImageTransfers(context.db)).filter(
        (transfer) => transfer.phase === "transferring" && nowMs - transfer.updatedAtMs > transfer.inactivityTimeoutMs,
      );
      for (const transfer of idle)
        await abandonTransfer(context, transfer, "cancelled_system", "imageTransferTimedOut");
      return { ended: idle.length };
    },
  };
}

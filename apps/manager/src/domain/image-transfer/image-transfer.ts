import type { DiskId, HostId, Id, UserId } from "@yagura/std/ids.ts";

export type ImageTransferId = Id<"image-transfer">;

export type TransferDirection = "upload" | "download";

export type TransferPhase =
  | "initializing"
  | "transferring"
  | "finalizing_success"
  | "finalizing_failure"
  | "finished_success"
  | "finished_failure"
  | "cancelled_system"
  | "cancelled_user";

export interface ImageTransfer {
  readonly id: ImageTransferId;
  readonly diskId: DiskId;
  readonly direction: TransferDirection;
  /** `cow`: the bytes of the volume as it is; `raw`: what the guest sees. */
  readonly format: "raw" | "cow";
  readonly phase: TransferPhase;
  readonly hostId: HostId;
  readonly inactivityTimeoutMs: number;
  readonly transferredBytes: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly ownerId?: UserId;
  readonly failure?: string;
}

/** No more bytes will come. */
export function hasEnded(phase: TransferPhase): boolean {
  return phase.startsWith("finished") || phase.startsWith("cancelled");
}

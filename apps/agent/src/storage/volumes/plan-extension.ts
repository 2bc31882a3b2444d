import { KiB } from "@yagura/std/units.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import { StorageError } from "../errors.ts";

const CAPACITY_UNIT_BYTES = 4 * KiB;

export interface ExtensionView {
  readonly metadata: VolumeMetadata;
  readonly hasChildren: boolean;
  /** Whether a guest of this host may have it open. */
  readonly isInUse: boolean;
  readonly wantedBytes: number;
}

/**
 * How large a volume is to be made; `undefined` when it has that capacity already. Pure.
 * @throws StorageError saying why it cannot grow
 */
export function planExtension({ metadata, hasChildren, isInUse, wantedBytes }: ExtensionView): number | undefined {
  if (!Number.isSafeInteger(wantedBytes) || wantedBytes <= 0) {
    throw new StorageError("InvalidParameter", `a capacity of ${wantedBytes} bytes`);
  }
  const capacityBytes = Math.ceil(wantedBytes / CAPACITY_UNIT_BYTES) * CAPACITY_UNIT_BYTES;
  if (metadata.role === "SHARED") {
    throw new StorageError("SharedVolumeNonWritable", "a template does not grow: disks stand on it");
  }
  if (hasChildren) {
    throw new StorageError("InternalVolumeNonWritable", "only the topmost volume of a chain grows");
  }
  if (metadata.legality !== "LEGAL") {
    throw new StorageError("CannotPrepareIllegalVolume", "a volume that is not legal does not grow");
  }
  if (capacityBytes < metadata.capacityBytes) {
    throw new StorageError(
      "VolumeResizeValueError",
      `a volume of ${metadata.capacityBytes} bytes is not made smaller, to ${capacityBytes}`,
    );
  }
  if (capacityBytes === metadata.capacityBytes) return undefined;
  if (metadata.format === "COW" && isInUse) {
    // QEMU has the tables of the image in its memory, and would write them over ours.
    throw new StorageError("VolumeIsBusy", "a guest of this host has the volume open: grow it through the guest");
  }
  return capacityBytes;
}

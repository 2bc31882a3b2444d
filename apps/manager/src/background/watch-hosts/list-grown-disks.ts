import type { VmStatistics } from "../../domain/vm/vm.ts";

export interface GrownDisk {
  readonly diskId: string;
  readonly actualBytes: number;
}

/**
 * The disks that take more or less of their storage than when their guest was last looked at. An agent that has just
 * started says 0, until it has measured.
 */
export function listGrownDisks(before?: VmStatistics, now?: VmStatistics | null): GrownDisk[] {
  const known = new Map(before?.disks.map(({ imageId, actualBytes }) => [imageId, actualBytes]));
  return (now?.disks ?? []).flatMap(({ imageId, actualBytes = 0 }) =>
    actualBytes === 0 || known.get(imageId) === actualBytes ? [] : [{ diskId: imageId, actualBytes }],
  );
}

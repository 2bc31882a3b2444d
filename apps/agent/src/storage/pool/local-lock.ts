import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { FileIsLocked, type HeldLock, holdFileLock } from "../tools/hold-file-lock.ts";
import { nobody, type SpmLock } from "./spm-lock.ts";

/** Takes the lock of a local domain. */
export type AcquireSpmLock = (master: StorageDomain) => Promise<HeldLock>;

/** As vdsm says it of a lock without versions. */
const LOCAL_EPOCH = 0;

/**
 * A local domain has no sanlock: the right to be its SPM is a lock on `dom_md/ids`, the file that vdsm locks too
 * (vdsm fd4b0df lib/vdsm/storage/clusterlock.py LocalLock). It keeps two agents on one machine apart, and nothing more is
 * needed where no other machine can see the domain.
 */
export const acquireLocalLock: AcquireSpmLock = async ({ paths, domainId }) => {
  try {
    return await holdFileLock(paths.ids);
  } catch (cause) {
    const isTaken = cause instanceof FileIsLocked;
    throw new StorageError(
      isTaken ? "AcquireLockFailure" : "SpmStartError",
      `cannot lock the master domain ${domainId}${isTaken ? ": another agent is its SPM" : ""}`,
      { cause },
    );
  }
};

export function localSpmLock(acquire: AcquireSpmLock): SpmLock {
  return {
    async acquire(master) {
      const { ended, release } = await acquire(master);
      return { epoch: LOCAL_EPOCH, ended, release };
    },
    // No other host can have it, and what this one has it knows.
    readOwner: async () => nobody,
  };
}

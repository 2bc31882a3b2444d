import type { StorageDomain } from "../domains/storage-domain.ts";
import { isSharedType } from "../leases/domain-leases.ts";
import type { SpmLock } from "./spm-lock.ts";

/** The lock that goes with the kind of the master domain. */
export function chooseSpmLock(locks: { readonly local: SpmLock; readonly shared: SpmLock }): SpmLock {
  const lockOf = async (master: StorageDomain): Promise<SpmLock> =>
    isSharedType((await master.readMetadata()).type) ? locks.shared : locks.local;
  return {
    acquire: async (master, contention) => (await lockOf(master)).acquire(master, contention),
    readOwner: async (master) => (await lockOf(master)).readOwner(master),
  };
}

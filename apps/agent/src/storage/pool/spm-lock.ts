import type { StorageDomain } from "../domains/storage-domain.ts";

/** The right to be SPM, held. */
export interface HeldSpmLock {
  /** The epoch in which its holder acts: the version of the lease. */
  readonly epoch: number;
  /** Resolves when it is gone: given back by us, or lost. A lost lease on shared storage ends the process instead. */
  readonly ended: Promise<void>;
  /** @throws when whether it is given back is unknown */
  release(): Promise<void>;
}

export interface Contention {
  readonly hostNumber: number;
  readonly signal: AbortSignal;
  /** Hears what is waited for, for people. */
  onProgress(message: string): void;
}

/** Who holds the right, as the storage says it. */
export interface SpmOwner {
  /** -1 when nobody does. */
  readonly leaseVersion: number;
  /** -1 when nobody does, or the one who did is dead. */
  readonly hostNumber: number;
}

/** How the right to be SPM is held on one kind of master domain. */
export interface SpmLock {
  /**
   * Takes it, when whoever had it has given it back or is provably dead.
   * @throws StorageError 651 while another host has it and lives, 661 without a host id, 650
   */
  acquire(master: StorageDomain, contention: Contention): Promise<HeldSpmLock>;
  /** @throws StorageError when the storage cannot be read */
  readOwner(master: StorageDomain): Promise<SpmOwner>;
}

export const nobody: SpmOwner = { leaseVersion: -1, hostNumber: -1 };

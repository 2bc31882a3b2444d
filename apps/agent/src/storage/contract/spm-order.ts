import type { DataCenterId } from "@yagura/std/ids.ts";

/** A storage pool is what the Manager calls a data center; the id is the same. */
export type PoolId = DataCenterId;

/** The SPM's epoch that a caller means; without it, whichever there is. What is meant for another one is refused (654). */
export interface SpmEpoch {
  readonly epoch?: number | undefined;
}

/**
 * For which pool the structure is to be changed, and in which epoch of its SPM the caller means it: in another one it is
 * refused (654). Without an epoch any will do.
 */
export type SpmOrder = PoolId | { readonly poolId: PoolId; readonly epoch?: number | undefined };

import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { PoolConnection } from "../contract/pools.ts";
import { StorageError } from "../errors.ts";
import type { Spm } from "./spm.ts";
import type { SpmTerm } from "./spm-term.ts";

/** What this host knows of a pool it is connected to: from the Manager, not from the storage. */
export interface ConnectedPool {
  readonly connection: PoolConnection;
  readonly domains: Map<StorageDomainId, "active" | "attached">;
  readonly spm: Spm;
}

/**
 * The term in which this host may change the pool's structure.
 * @param epoch the one that the caller means, if any
 * @throws StorageError 654
 */
export function requireSpm({ spm }: ConnectedPool, epoch?: number): SpmTerm {
  return spm.guard(epoch);
}

/** @throws StorageError 353 or 369 */
export function requireActive({ connection, domains }: ConnectedPool, domainId: StorageDomainId): void {
  const status = domains.get(domainId);
  if (status === undefined) {
    throw new StorageError("StorageDomainNotInPool", `domain ${domainId} is not part of pool ${connection.poolId}`);
  }
  if (status !== "active") {
    throw new StorageError("StorageDomainNotActive", `domain ${domainId} is not active in pool ${connection.poolId}`);
  }
}

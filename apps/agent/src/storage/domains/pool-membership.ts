/** What a domain's metadata say of the pool it belongs to. */
import type { DomainMetadata } from "@yagura/storage-format";
import type { PoolId } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";

/** @throws StorageError 380 when the domain belongs to another pool */
export function requireFree({ domainId, poolIds }: DomainMetadata, poolId: PoolId): void {
  if (poolIds.every((other) => other === poolId)) return;
  throw new StorageError("StorageDomainAlreadyAttached", `domain ${domainId} belongs to pool ${poolIds.join(", ")}`);
}

/** As they are when it belongs to nobody. */
export function withoutPool({ masterVersion: _, ...metadata }: DomainMetadata): DomainMetadata {
  return { ...metadata, poolIds: [], role: "Regular" };
}

import type { Sanlock } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import type { DetachOptions } from "../contract/domains.ts";
import type { PoolId, SpmEpoch } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { requireSpm } from "../pool/connected-pool.ts";
import { requireSameKind } from "../pool/create-pool.ts";
import type { Pools } from "../pool/pools.ts";
import { fitLockspace } from "./fit-lockspace.ts";
import { freeDomain, readUnserved } from "./free-domain.ts";
import type { KnownDomains } from "./known-domains.ts";
import { requireFree, withoutPool } from "./pool-membership.ts";

export interface DomainUseWorld {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly pools: Pools;
  readonly sanlock: Pick<Sanlock, "writeLockspace">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Adds a domain to a pool, attached and not yet active. It gets the pool's clock. */
export async function attachDomain(
  world: DomainUseWorld,
  { domainId, poolId, epoch }: { domainId: StorageDomainId; poolId: PoolId } & SpmEpoch,
): Promise<void> {
  const { known, pools } = world;
  const pool = pools.get(poolId);
  const files = requireSpm(pool, epoch).guard(world.files);
  const finder = known.through(files);
  const domain = await finder.get(domainId);
  const metadata = await domain.readMetadata();
  requireFree(metadata, poolId);
  const master = await (await finder.get(pool.connection.masterDomainId)).readMetadata();
  requireSameKind(metadata, master);
  if (!metadata.poolIds.includes(poolId)) {
    const { masterVersion: _, ...joined } = metadata;
    const attached: DomainMetadata = { ...joined, poolIds: [poolId], role: "Regular", lease: master.lease };
    await fitLockspace(domain, attached, { ...world, files });
    await domain.writeMetadata(attached);
  }
  if (pool.domains.get(domainId) === undefined) await pools.setDomain(poolId, domainId, "attached");
}

/**
 * Takes a domain out of a pool.
 * @param options.isForced also one that this pool does not know, or that says it belongs to another pool which nobody serves.
 * For a pool that this host is not connected to, that is all it does: a pool that begins with the domain has no SPM yet.
 */
export async function detachDomain(
  world: DomainUseWorld,
  { domainId, poolId, epoch, isForced = false }: { domainId: StorageDomainId; poolId: PoolId } & DetachOptions,
): Promise<void> {
  const { known, pools } = world;
  if (isForced && !pools.listConnected().includes(poolId)) return freeDomain(world, { domainId, poolId });
  const pool = pools.get(poolId);
  const files = requireSpm(pool, epoch).guard(world.files);
  if (domainId === pool.connection.masterDomainId) {
    throw new StorageError("CannotDetachMasterStorageDomain", `domain ${domainId} is the master of pool ${poolId}`);
  }
  if (!isForced && requireInPool(pools, poolId, domainId) === "active") {
    throw new StorageError("StorageDomainStatusError", `domain ${domainId} is active; deactivate it first`);
  }
  const domain = await known.through(files).get(domainId);
  const strangers = (await domain.readMetadata()).poolIds.some((other) => other !== poolId);
  const metadata =
    isForced && strangers ? await readUnserved(domain, { ...world, files }, poolId) : await domain.readMetadata();
  if (!isForced) requireFree(metadata, poolId);
  await domain.writeMetadata(withoutPool(metadata));
  await pools.setDomain(poolId, domainId, undefined);
}

export async function activateDomain(
  { known, pools }: DomainUseWorld,
  { domainId, poolId, epoch }: { domainId: StorageDomainId; poolId: PoolId } & SpmEpoch,
): Promise<void> {
  requireSpm(pools.get(poolId), epoch);
  requireInPool(pools, poolId, domainId);
  const { poolIds } = await (await known.get(domainId)).readMetadata();
  if (!poolIds.some((other) => other === poolId)) {
    throw new StorageError(
      "StorageDomainNotInPool",
      `domain ${domainId} does not say that it belongs to pool ${poolId}`,
    );
  }
  await pools.setDomain(poolId, domainId, "active");
}

export async function deactivateDomain(
  { pools }: DomainUseWorld,
  { domainId, poolId, epoch }: { domainId: StorageDomainId; poolId: PoolId } & SpmEpoch,
): Promise<void> {
  const pool = pools.get(poolId);
  requireSpm(pool, epoch);
  requireInPool(pools, poolId, domainId);
  if (domainId === pool.connection.masterDomainId) {
    throw new StorageError(
      "StorageDomainMasterError",
      `domain ${domainId} is the master of pool ${poolId}, which needs one`,
    );
  }
  await pools.setDomain(poolId, domainId, "attached");
}

function requireInPool(pools: Pools, poolId: PoolId, domainId: StorageDomainId): "active" | "attached" {
  const status = pools.get(poolId).domains.get(domainId);
  if (status === undefined)
    throw new StorageError("StorageDomainNotInPool", `domain ${domainId} is not part of pool ${poolId}`);
  return status;
}

import type { Clock } from "@yagura/std/clock.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import type { PoolId } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { Pools } from "../pool/pools.ts";
import { findLivingMembers } from "./find-living-members.ts";
import type { KnownDomains } from "./known-domains.ts";
import { withoutPool } from "./pool-membership.ts";
import type { StorageDomain } from "./storage-domain.ts";

interface FreeWorld {
  readonly files: StorageFiles;
  readonly clock: Clock;
}

/**
 * Takes a domain out of the pools to which it says that it belongs, for a pool that is about to begin with it. There is no SPM:
 * the former pool's is gone, and this one has none before it has a domain. So it is done only where nobody can be at work:
 * no pool of this host uses the domain, and no host gives a sign of life on it.
 * @throws StorageError 380; 309 for a domain of this very pool: that is its SPM's
 */
export async function freeDomain(
  world: FreeWorld & { readonly known: KnownDomains; readonly pools: Pools },
  { domainId, poolId }: { readonly domainId: StorageDomainId; readonly poolId: PoolId },
): Promise<void> {
  const { known, pools } = world;
  const user = pools.findPoolOf(domainId);
  if (user !== undefined) {
    throw new StorageError("StorageDomainAlreadyAttached", `this host uses domain ${domainId} in pool ${user}`);
  }
  const domain = await known.get(domainId);
  const { poolIds } = await domain.readMetadata();
  if (poolIds.some((each) => each === poolId)) pools.get(poolId);
  if (poolIds.length === 0) return;
  await domain.writeMetadata(withoutPool(await readUnserved(domain, world, poolId)));
}

/**
 * What a domain says of itself once it is certain that no host of the pools that it names is at work on it. Takes some io_timeouts.
 * @throws StorageError 380 while one is, or when its pool has changed meanwhile
 */
export async function readUnserved(
  domain: StorageDomain,
  { files, clock }: FreeWorld,
  poolId: PoolId,
): Promise<DomainMetadata> {
  const { domainId } = domain;
  const before = await domain.readMetadata();
  const living = await findLivingMembers(domain, before, { files, clock });
  if (living.length > 0) {
    const strangers = before.poolIds.filter((other) => other !== poolId).join(", ");
    throw new StorageError(
      "StorageDomainAlreadyAttached",
      `domain ${domainId} belongs to pool ${strangers}, and host ${living.join(", ")} uses it`,
    );
  }
  const now = await domain.readMetadata();
  // Somebody else was asked too, and was faster: the domain may have a pool that lives.
  if (now.poolIds.length > 0 && now.poolIds.join() !== before.poolIds.join()) {
    throw new StorageError(
      "StorageDomainAlreadyAttached",
      `domain ${domainId} has joined pool ${now.poolIds.join(", ")} meanwhile`,
    );
  }
  return now;
}

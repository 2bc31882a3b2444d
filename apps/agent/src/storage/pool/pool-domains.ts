import type { StorageDomainId } from "@yagura/std/ids.ts";
import { poolDomainLink, poolMasterLink, poolPath } from "@yagura/storage-format";
import type { PoolId } from "../contract/spm-order.ts";
import { askInPassing } from "../domains/ask-in-passing.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { findDomainLeases } from "../leases/domain-leases.ts";
import type { HostIds } from "../leases/host-ids.ts";
import type { ConnectedPool } from "./connected-pool.ts";

export interface PoolDomainsWorld {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly hostIds: Pick<HostIds, "join" | "leave" | "leaveSoon" | "list">;
}

/**
 * Has this host use the domains of a pool as their statuses say: links to all that can be found, and a host id in those that
 * are active. What is slow or away does not hold up the others: host ids are acquired in the background.
 */
export async function useDomains(
  world: PoolDomainsWorld,
  pool: Pick<ConnectedPool, "connection" | "domains">,
): Promise<void> {
  const { repositoryPath, files, known } = world;
  const { poolId, masterDomainId } = pool.connection;
  await files.makeDirectory(poolPath(repositoryPath, poolId));
  const use = async (domainId: StorageDomainId, status: "active" | "attached"): Promise<void> => {
    setHostId(world, pool, domainId, status);
    const domain = await findInPassing(known, domainId);
    if (domain === undefined) return;
    await files.symbolicLink(domain.paths.domain, poolDomainLink(repositoryPath, poolId, domainId));
    if (domainId === masterDomainId)
      await files.symbolicLink(domain.paths.domain, poolMasterLink(repositoryPath, poolId));
  };
  await Promise.all([...pool.domains].map(([domainId, status]) => use(domainId, status)));
}

function findInPassing(known: KnownDomains, domainId: StorageDomainId): Promise<StorageDomain | undefined> {
  return askInPassing(`finding domain ${domainId}`, () => known.find(domainId));
}

/** Adds, changes or, with `undefined`, removes a domain of a connected pool, and its link. */
export async function setDomain(
  world: PoolDomainsWorld,
  pool: ConnectedPool,
  { domainId, status }: { readonly domainId: StorageDomainId; readonly status: "active" | "attached" | undefined },
): Promise<void> {
  const { repositoryPath, files, known, hostIds } = world;
  const link = poolDomainLink(repositoryPath, pool.connection.poolId, domainId);
  // While somebody holds a lease there it cannot be left, and the domain stays as it is.
  if (status !== "active") await hostIds.leave(domainId);
  if (status === undefined) {
    pool.domains.delete(domainId);
    await files.remove(link);
  } else {
    pool.domains.set(domainId, status);
    setHostId(world, pool, domainId, status);
    const domain = await findInPassing(known, domainId);
    if (domain !== undefined) await files.symbolicLink(domain.paths.domain, link);
  }
}

/** Gives up the host ids that no pool needs any more, in the background. */
export function leaveUnused({ hostIds }: PoolDomainsWorld, pools: Iterable<ConnectedPool>): void {
  const used = new Set(
    [...pools].flatMap(({ domains }) => [...domains].flatMap(([id, status]) => (status === "active" ? [id] : []))),
  );
  for (const domainId of hostIds.list()) if (!used.has(domainId)) hostIds.leaveSoon(domainId);
}

/** Forgets the links of a pool. */
export async function forgetLinks({ repositoryPath, files }: PoolDomainsWorld, poolId: PoolId): Promise<void> {
  await files.remove(poolPath(repositoryPath, poolId));
}

function setHostId(
  { known, hostIds }: PoolDomainsWorld,
  { connection }: Pick<ConnectedPool, "connection">,
  domainId: StorageDomainId,
  status: "active" | "attached",
): void {
  if (status !== "active") return;
  hostIds.join(domainId, connection.hostNumber, async () => findDomainLeases(await known.get(domainId)));
}

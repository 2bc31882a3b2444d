import type { Sanlock } from "@yagura/sanlock";
import type { Log } from "@yagura/std/log.ts";
import { type DomainMetadata, defaultLeaseParameters, type LeaseParameters } from "@yagura/storage-format";
import type { NewPool } from "../contract/pools.ts";
import { fitLockspace } from "../domains/fit-lockspace.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import { requireFree } from "../domains/pool-membership.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { ioTimeoutsSeconds, isSharedType } from "../leases/domain-leases.ts";

export interface CreatePoolWorld {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly sanlock: Pick<Sanlock, "writeLockspace">;
  readonly log: Log;
}

interface Member {
  readonly domain: StorageDomain;
  readonly metadata: DomainMetadata;
}

/** Attaches the domains and makes one the master, after every check. Repeating is harmless until the master says that it is one. */
export async function createPool(world: CreatePoolWorld, pool: NewPool): Promise<void> {
  const { poolId, masterDomainId, masterVersion, domainIds } = pool;
  const lease = leaseParameters(pool);
  const master = await readMember(world, masterDomainId, pool);
  const others: Member[] = [];
  for (const domainId of domainIds) {
    if (domainId !== masterDomainId) others.push(await readMember(world, domainId, pool));
  }
  for (const { metadata } of others) requireSameKind(metadata, master.metadata);
  // The master last: with it the pool exists, and repeating this is harmless until then.
  for (const { domain, metadata } of others) {
    await join(world, domain, { ...withoutVersion(metadata), poolIds: [poolId], role: "Regular", lease });
  }
  await world.files.makeDirectory(master.domain.paths.masterTasks);
  await world.files.makeDirectory(master.domain.paths.masterVms);
  await join(world, master.domain, { ...master.metadata, poolIds: [poolId], role: "Master", masterVersion, lease });
}

async function join(world: CreatePoolWorld, domain: StorageDomain, metadata: DomainMetadata): Promise<void> {
  await fitLockspace(domain, metadata, world);
  await domain.writeMetadata(metadata);
}

/** @throws StorageError 1000 */
function leaseParameters({ ioTimeoutSeconds = defaultLeaseParameters.ioTimeoutSeconds }: NewPool): LeaseParameters {
  if (!ioTimeoutsSeconds.includes(ioTimeoutSeconds)) {
    throw new StorageError(
      "InvalidParameter",
      `an io_timeout of ${ioTimeoutSeconds} s is not possible, only ${ioTimeoutsSeconds.join(", ")}`,
    );
  }
  return { ...defaultLeaseParameters, ioTimeoutSeconds };
}

/** A domain that may join a new pool. */
async function readMember(
  { known }: CreatePoolWorld,
  domainId: NewPool["masterDomainId"],
  { poolId }: NewPool,
): Promise<Member> {
  const domain = await known.get(domainId);
  const metadata = await domain.readMetadata();
  requireFree(metadata, poolId);
  if (metadata.role === "Master") {
    throw new StorageError("StoragePoolAlreadyExists", `domain ${domainId} is the master of pool ${poolId} already`);
  }
  return { domain, metadata };
}

/** A pool is of one host or of many: what one of its domains protects, all of them must. @throws StorageError 372 */
export function requireSameKind(domain: DomainMetadata, master: DomainMetadata): void {
  if (isSharedType(domain.type) === isSharedType(master.type)) return;
  throw new StorageError(
    "StorageDomainTypeError",
    `domain ${domain.domainId} is of type ${domain.type}, and the pool of type ${master.type}: local and shared storage do not mix`,
  );
}

function withoutVersion({ masterVersion: _, ...metadata }: DomainMetadata): DomainMetadata {
  return metadata;
}

import { findLivingOwners, type LeasePlace } from "@yagura/sanlock";
import { findLeaseRecord } from "@yagura/storage-format";
import type { ExternalLeaseKey, ExternalLeaseStatus } from "../contract/external-leases.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { type ExternalLeaseWorld, readLeaseIndex } from "./lease-index-file.ts";

/** Where the lease lies, for whoever is to hold it. @throws StorageError 936 */
export async function findLeasePlace(
  domain: StorageDomain,
  { domainId, leaseId }: ExternalLeaseKey,
  world: Pick<ExternalLeaseWorld, "files">,
): Promise<LeasePlace> {
  const file = await readLeaseIndex(domain, world);
  const recordNumber = findLeaseRecord(file.index, leaseId);
  if (recordNumber === undefined || file.index.records[recordNumber]?.is !== "used") {
    throw new StorageError("NoSuchLease", `there is no lease ${leaseId} on domain ${domainId}`);
  }
  return file.place(recordNumber, leaseId);
}

/** Who holds the lease: hosts of which it is not known that they are dead. Only a member of the lockspace knows of the others. */
export async function readLeaseStatus(
  domain: StorageDomain,
  key: ExternalLeaseKey,
  world: ExternalLeaseWorld,
): Promise<ExternalLeaseStatus> {
  const place = await findLeasePlace(domain, key, world);
  try {
    const { lease, owners } = await world.sanlock.readLeaseOwners(place);
    if (owners.length === 0) return { hostNumbers: [], version: lease.version };
    const answer = await world.sanlock.listHosts(key.domainId);
    const living = answer.known ? findLivingOwners(owners, answer.hosts) : owners;
    return { hostNumbers: living.map(({ hostId }) => hostId), version: lease.version };
  } catch (cause) {
    throw new StorageError("AcquireLockFailure", `sanlock cannot read the lease ${key.leaseId}`, { cause });
  }
}

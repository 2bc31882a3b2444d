import type { Sanlock } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import { encodeEmptyLeaseIndex, encodeLeaseIndexHead, leaseIndexOffset } from "@yagura/storage-format";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { DomainLeases } from "../leases/domain-leases.ts";

/** What of sanlock makes a domain. */
export type LeaseWriter = Pick<Sanlock, "writeLockspace" | "writeLease">;

/**
 * Writes the lockspace and the SPM's lease, as a new domain has them. Nobody may be using them. The daemon opens the files
 * itself, as its own user: docs/protocols/storage-leases.md.
 * @throws StorageError 701
 */
export async function writeDomainLeases(
  sanlock: LeaseWriter,
  { domainId, lockspace, sdm, geometry, ioTimeoutSeconds }: DomainLeases,
): Promise<void> {
  try {
    await sanlock.writeLockspace(lockspace, geometry, { ioTimeoutSeconds });
    await sanlock.writeLease(sdm, geometry);
  } catch (cause) {
    throw new StorageError("ClusterLockInitError", `sanlock could not write the leases of domain ${domainId}`, {
      cause,
    });
  }
}

/** Formats the index of external leases: marked as not to be believed until all of it is there, as vdsm does. */
export async function writeLeaseIndex(
  files: StorageFiles,
  path: string,
  { domainId, geometry }: DomainLeases,
  clock: Clock,
): Promise<void> {
  const head = { lockspace: domainId, modifiedSeconds: Math.floor(clock.nowMs() / 1000) };
  const offsetBytes = leaseIndexOffset(geometry);
  await files.writeBytes(path, offsetBytes, encodeEmptyLeaseIndex({ ...head, isUpdating: true }));
  await files.writeBytes(path, offsetBytes, encodeLeaseIndexHead({ ...head, isUpdating: false }));
}

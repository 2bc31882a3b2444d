import { findLivingOwners, type LeasePlace } from "@yagura/sanlock";
import { findLeaseRecord } from "@yagura/storage-format";
import type { ExternalLeaseKey } from "../contract/external-leases.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { DeleteLeaseIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { clearStoredLease } from "./create-lease.ts";
import { type ExternalLeaseWorld, readLeaseIndex } from "./lease-index-file.ts";

/** First the record, without which the lease does not exist, then the lease. One that a guest may hold stays. */
export async function deleteLease(
  domain: StorageDomain,
  { domainId, leaseId }: ExternalLeaseKey,
  world: ExternalLeaseWorld,
  { intend, signal }: Pick<RunningTask, "intend" | "signal">,
): Promise<void> {
  const file = await readLeaseIndex(domain, world);
  const recordNumber = findLeaseRecord(file.index, leaseId);
  if (recordNumber === undefined) {
    throw new StorageError("NoSuchLease", `there is no lease ${leaseId} on domain ${domainId}`);
  }
  const place = file.place(recordNumber, leaseId);
  const isThere = file.reaches(recordNumber);
  if (isThere) await requireFree(place, world);
  await intend({ kind: "delete-lease", domainId, leaseId, recordNumber });
  signal.throwIfAborted();
  await file.writeRecord(recordNumber, undefined);
  if (isThere) await clearStoredLease(file, place, world);
}

/** Finishes what was begun. May run any number of times. */
export async function settleLeaseDeletion(
  domain: StorageDomain,
  { leaseId, recordNumber }: DeleteLeaseIntent,
  world: ExternalLeaseWorld,
): Promise<Settled> {
  const file = await readLeaseIndex(domain, world);
  const record = file.index.records[recordNumber];
  if (record?.is !== "free") {
    // The record is written in one piece: either nothing had happened, or the place is another lease's by now.
    return record?.is === "used" && record.leaseId === leaseId ? "undone" : "completed";
  }
  if (file.reaches(recordNumber)) await clearStoredLease(file, file.place(recordNumber, leaseId), world);
  return "completed";
}

/** @throws StorageError 651 while a host that is not known to be dead holds the lease */
async function requireFree(place: LeasePlace, { sanlock }: ExternalLeaseWorld): Promise<void> {
  const stored = await sanlock.readLease({ path: place.path, offsetBytes: place.offsetBytes });
  if (stored?.name !== place.name) return;
  const { owners } = await sanlock.readLeaseOwners(place);
  if (owners.length === 0) return;
  const answer = await sanlock.listHosts(place.lockspace);
  const living = answer.known ? findLivingOwners(owners, answer.hosts) : owners;
  if (living.length === 0) return;
  const hosts = living.map(({ hostId }) => hostId).join(", ");
  throw new StorageError("AcquireLockFailure", `lease ${place.name} is held by host ${hosts}`);
}

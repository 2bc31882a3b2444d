import type { LeasePlace } from "@yagura/sanlock";
import { findFreeLeaseRecord, findLeaseRecord } from "@yagura/storage-format";
import type { ExternalLeaseKey } from "../contract/external-leases.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { CreateLeaseIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { type ExternalLeaseWorld, type LeaseIndexFile, readLeaseIndex } from "./lease-index-file.ts";

/**
 * First the lease, then its record: with the record it exists. One that exists is left as it is, whoever may hold it.
 * vdsm fd4b0df lib/vdsm/storage/xlease.py add
 */
export async function createLease(
  domain: StorageDomain,
  { domainId, leaseId }: ExternalLeaseKey,
  world: ExternalLeaseWorld,
  { intend, signal }: Pick<RunningTask, "intend" | "signal">,
): Promise<void> {
  const file = await readLeaseIndex(domain, world);
  const recordNumber = findLeaseRecord(file.index, leaseId) ?? findFreeLeaseRecord(file.index);
  if (recordNumber === undefined) {
    throw new StorageError("InvalidParameter", `domain ${domainId} has no room for another lease`);
  }
  if (file.index.records[recordNumber]?.is === "used") return;
  await intend({ kind: "create-lease", domainId, leaseId, recordNumber });
  await writeStoredLease(file, file.place(recordNumber, leaseId), world);
  signal.throwIfAborted();
  await file.writeRecord(recordNumber, leaseId);
}

export async function writeStoredLease(
  { geometry }: LeaseIndexFile,
  place: LeasePlace,
  { sanlock }: ExternalLeaseWorld,
): Promise<void> {
  try {
    await sanlock.writeLease(place, geometry);
  } catch (cause) {
    throw new StorageError("AcquireLockFailure", `sanlock cannot write the lease ${place.name}`, { cause });
  }
}

/** Takes a lease without a record off the storage. May run any number of times. */
export async function settleLeaseCreation(
  domain: StorageDomain,
  { leaseId, recordNumber }: CreateLeaseIntent,
  world: ExternalLeaseWorld,
): Promise<Settled> {
  const file = await readLeaseIndex(domain, world);
  const record = file.index.records[recordNumber];
  if (record?.is === "used" && record.leaseId === leaseId) return "completed";
  if (record?.is === "free" && file.reaches(recordNumber))
    await clearStoredLease(file, file.place(recordNumber, leaseId), world);
  return "undone";
}

/** What lies at the place, if it is the lease of that name. */
export async function clearStoredLease(
  { geometry }: LeaseIndexFile,
  place: LeasePlace,
  { sanlock }: ExternalLeaseWorld,
): Promise<void> {
  const stored = await sanlock.readLease({ path: place.path, offsetBytes: place.offsetBytes });
  if (stored?.name === place.name) await sanlock.clearLease(place, geometry);
}

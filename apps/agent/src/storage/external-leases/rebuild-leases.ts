import type { StoredLease } from "@yagura/sanlock";
import { findLeaseRecord } from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { RebuildLeasesIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { writeStoredLease } from "./create-lease.ts";
import { decideLeaseRepair } from "./decide-lease-repair.ts";
import { type ExternalLeaseWorld, type LeaseIndexFile, readLeaseIndex } from "./lease-index-file.ts";

interface Rebuilding extends ExternalLeaseWorld {
  readonly nowSeconds: number;
}

/** Makes records and leases agree. The index is marked meanwhile; one on which nobody finished is rebuilt again. */
export async function rebuildLeases(
  domain: StorageDomain,
  world: Rebuilding,
  { intend, signal }: Pick<RunningTask, "intend" | "signal">,
): Promise<void> {
  const file = await readLeaseIndex(domain, world, { allowsUpdating: true });
  await intend({ kind: "rebuild-leases", domainId: domain.domainId });
  await file.writeHead({ isUpdating: true, modifiedSeconds: world.nowSeconds });
  for (const [recordNumber] of file.index.records.entries()) {
    signal.throwIfAborted();
    await repair(file, recordNumber, world);
  }
  await file.writeHead({ isUpdating: false, modifiedSeconds: world.nowSeconds });
}

export async function settleLeaseRebuilding(
  domain: StorageDomain,
  _intent: RebuildLeasesIntent,
  world: Rebuilding,
  signal: AbortSignal,
): Promise<Settled> {
  const { index } = await readLeaseIndex(domain, world, { allowsUpdating: true });
  // It was not begun, or it is finished: asking for it again does no harm.
  if (!index.isUpdating) return "undone";
  await rebuildLeases(domain, world, { signal, intend: async () => undefined });
  return "completed";
}

async function repair(file: LeaseIndexFile, recordNumber: number, world: ExternalLeaseWorld): Promise<void> {
  const { index, geometry } = file;
  const record = index.records[recordNumber];
  if (record === undefined) return;
  const { path, offsetBytes } = file.place(recordNumber, "");
  const stored = file.reaches(recordNumber) ? await world.sanlock.readLease({ path, offsetBytes }) : undefined;
  const storedId = idOf(stored);
  const entered = storedId === undefined ? undefined : findLeaseRecord(index, storedId);
  const step = decideLeaseRepair(record, storedId, entered !== undefined && entered !== recordNumber);
  if (step.do === "write-lease") await writeStoredLease(file, file.place(recordNumber, step.leaseId), world);
  if (step.do === "write-record") await file.writeRecord(recordNumber, step.leaseId);
  if (step.do === "clear-record" || step.do === "clear-both") await file.writeRecord(recordNumber, undefined);
  if (storedId !== undefined && (step.do === "clear-lease" || step.do === "clear-both")) {
    await world.sanlock.clearLease(file.place(recordNumber, storedId), geometry);
  }
}

/** vdsm leaves a lease without a name where it deleted one. */
function idOf(stored: StoredLease | undefined): string | undefined {
  return stored === undefined || stored.name === "" ? undefined : stored.name;
}

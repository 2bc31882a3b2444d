import type { Tx } from "../../db/database.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { findSagaStatus } from "../../db/queries/sagas.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";

/**
 * What is being done with disks of a domain that is about to be used no more: their content is being written, or is about to
 * be. Where no host reaches the domain, work that was given up does not count: it is undone when the domain is used again.
 */
export async function busyDiskProblems(tx: Tx, { id, status }: StorageDomain): Promise<string[]> {
  const locked = (await listDisks(tx, { storageDomainId: id })).filter((disk) => disk.status === "locked");
  if (status !== "inactive" && status !== "unknown") return locked.map(({ name }) => `Disk is locked: ${name}.`);
  const problems: string[] = [];
  for (const disk of locked) {
    if (await isGivenUp(tx, disk)) continue;
    problems.push(
      `Disk is locked: ${disk.name}. What is being done with it waits for the Storage Domain, and is given up after some ten minutes; then try again.`,
    );
  }
  return problems;
}

async function isGivenUp(tx: Tx, { id }: Disk): Promise<boolean> {
  const locks = await listLocks(tx, [`disk:${id}`]);
  const statuses = await Promise.all(locks.map(({ sagaId }) => findSagaStatus(tx, sagaId)));
  return statuses.length > 0 && statuses.every((status) => status === "stuck");
}

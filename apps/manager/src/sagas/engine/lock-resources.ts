import type { SagaId } from "@yagura/std/ids.ts";
import type { Tx } from "../../db/database.ts";
import { insertLocks, listLocks } from "../../db/queries/locks.ts";

/**
 * "vm:<id>", "disk:<id>": what a saga has for itself while it runs. `data-center` keeps also the storage pool manager as it is:
 * for sagas that make or end the pool. `storage-pool` (of a data center's id) is for changes of which domains are in use: they
 * come one at a time, and go on when another host becomes the manager meanwhile.
 */
export type Resource =
  `${"vm" | "disk" | "template" | "host" | "storage-domain" | "storage-pool" | "data-center"}:${string}`;

/** Something else is being done with one of the resources. */
export class ResourceLocked extends Error {
  override readonly name = "ResourceLocked";
  readonly resource: string;
  /** "creating the disk" */
  readonly reason: string;

  constructor(resource: string, reason: string) {
    super(`${resource} is locked: ${reason}`);
    this.resource = resource;
    this.reason = reason;
  }
}

/** @throws ResourceLocked */
export async function refuseLocked(tx: Tx, resources: readonly Resource[]): Promise<void> {
  const [taken] = await listLocks(tx, resources);
  if (taken !== undefined) throw new ResourceLocked(taken.resource, taken.reason);
}

/** All of them or none. @throws ResourceLocked */
export async function lockResources(
  tx: Tx,
  sagaId: SagaId,
  resources: readonly Resource[],
  reason: string,
): Promise<void> {
  const wanted = [...new Set(resources)].sort();
  await refuseLocked(tx, wanted);
  await insertLocks(
    tx,
    wanted.map((resource) => ({ resource, sagaId, reason })),
  );
}

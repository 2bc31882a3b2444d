import { findStorageDomain, getStorageDomain } from "../db/queries/storage-domains.ts";
import type { DomainOfPool } from "../hosts/host-domains.ts";
import { isStorageAway } from "../hosts/host-jobs.ts";
import { ensureNoImage } from "../hosts/host-volumes.ts";
import { StorageTaskFailed } from "../hosts/wait-for-task.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { talkToStorageManager } from "./talk.ts";

type Input = Pick<StepInput<unknown, SagaDeps>, "deps" | "signal"> &
  Partial<Pick<StepInput<unknown, SagaDeps>, "tellWait">>;

/** An export that was withdrawn, a server that starts again: most are back by then. Longer than that somebody must look. */
const AWAY_MS_MAX = 10 * 60_000;

/** The storage pool manager does not reach the domain at the moment: what is on it can be deleted later. */
export class DomainIsAway extends Error {
  override readonly name = "DomainIsAway";
  readonly retryable = true;
  readonly patienceMs = AWAY_MS_MAX;

  constructor(name: string, options: ErrorOptions) {
    super(`the storage pool manager does not reach the storage domain ${name} at the moment`, options);
  }
}

/**
 * Whether the storage is the data center's no more: it was lost, and somebody has destroyed its record. What was on it went
 * with it, so nothing there is left to be done or undone.
 */
export async function isDomainGone({ deps }: Pick<Input, "deps">, image: DomainOfPool): Promise<boolean> {
  return (await findStorageDomain(deps.db, image.domainId))?.dataCenterId !== image.dataCenterId;
}

/** Deletes an image with all its volumes, of which nothing, or half, may be there. @throws DomainIsAway: transient for some minutes */
export async function deleteImage(
  input: Input,
  image: DomainOfPool & { readonly diskId: string; readonly wipe: boolean },
): Promise<void> {
  if (await isDomainGone(input, image)) return;
  const talk = await talkToStorageManager(input, image.dataCenterId);
  try {
    await ensureNoImage(talk, image);
  } catch (error) {
    const cause = error instanceof StorageTaskFailed ? error.cause : error;
    if (!isStorageAway(cause)) throw error;
    const { name } = await getStorageDomain(input.deps.db, image.domainId);
    await input.tellWait?.(`Waiting for storage domain ${name}`);
    throw new DomainIsAway(name, { cause: error });
  }
}

import { findStorageDomain } from "../db/queries/storage-domains.ts";
import type { DomainOfPool } from "../hosts/host-domains.ts";
import { ensureNoImage } from "../hosts/host-volumes.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { talkToStorageManager } from "./talk.ts";

type Input = Pick<StepInput<unknown, SagaDeps>, "deps" | "signal">;

/**
 * Whether the storage is the data center's no more: it was lost, and somebody has destroyed its record. What was on it went
 * with it, so nothing there is left to be done or undone.
 */
export async function isDomainGone({ deps }: Pick<Input, "deps">, image: DomainOfPool): Promise<boolean> {
  return (await findStorageDomain(deps.db, image.domainId))?.dataCenterId !== image.dataCenterId;
}

/** Deletes an image with all its volumes, of which nothing, or half, may be there. */
export async function deleteImage(
  input: Input,
  image: DomainOfPool & { readonly diskId: string; readonly wipe: boolean },
): Promise<void> {
  if (await isDomainGone(input, image)) return;
  await ensureNoImage(await talkToStorageManager(input, image.dataCenterId), image);
}

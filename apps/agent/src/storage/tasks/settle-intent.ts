import { unreachable } from "@yagura/std/assert.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { DomainFinder } from "../domains/known-domains.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { settleLeaseCreation } from "../external-leases/create-lease.ts";
import { settleLeaseDeletion } from "../external-leases/delete-lease.ts";
import { settleLeaseRebuilding } from "../external-leases/rebuild-leases.ts";
import { settleImageDeletion } from "../volumes/delete-image.ts";
import { settleVolumesDeletion } from "../volumes/delete-volumes.ts";
import { settleExtension } from "../volumes/extend-volume.ts";
import { settleMerge } from "../volumes/finalize-merge.ts";
import { patientLeases } from "../volumes/patient-leases.ts";
import { removeUnfinishedRecords } from "../volumes/remove-unfinished-records.ts";
import { settleVolumeCreation } from "../volumes/settle-creation.ts";
import type { VolumeWorld } from "../volumes/volume-world.ts";
import type { Intent, Settled } from "./intent.ts";

export interface Settling {
  /** When it is aborted, what was begun stays begun: the journal has it, and the next SPM settles it. */
  readonly signal: AbortSignal;
  /** Whether another host may have died doing it just now: it may be known dead on one domain, and not yet on another. */
  readonly isTakingOver: boolean;
}

/** Brings what was begun to an end; rejects when it cannot, or when this host has no right to it any more. */
export type Settle = (intent: Intent, poolId: PoolId | undefined, settling: Settling) => Promise<Settled>;

/**
 * What was begun and not finished, by this process or one before it, is undone when it made something, and finished when
 * it removed something. Looks at what is there; may run any number of times.
 */
export async function settleIntent(
  intent: Intent,
  known: DomainFinder,
  given: VolumeWorld,
  settling: Settling,
): Promise<Settled> {
  const domain = await known.get(intent.domainId);
  const settled = await settle(intent, domain, given, settling);
  if ("imageId" in intent) await removeUnfinishedRecords(domain, intent.imageId, given);
  return settled;
}

async function settle(
  intent: Intent,
  domain: StorageDomain,
  given: VolumeWorld,
  { isTakingOver, signal }: Settling,
): Promise<Settled> {
  const world = isTakingOver ? { ...given, leases: patientLeases(given.leases, given.clock, signal) } : given;
  switch (intent.kind) {
    case "create-volume":
      return settleVolumeCreation(domain, intent, world);
    case "delete-volumes":
      return settleVolumesDeletion(domain, intent, world, signal);
    case "delete-image":
      return settleImageDeletion(domain, intent, world, signal);
    case "extend-volume":
      return settleExtension(domain, intent, world, signal);
    case "finalize-merge":
      return settleMerge(domain, intent, world, signal);
    case "create-lease":
      return settleLeaseCreation(domain, intent, world);
    case "delete-lease":
      return settleLeaseDeletion(domain, intent, world);
    case "rebuild-leases":
      return settleLeaseRebuilding(domain, intent, { ...world, nowSeconds: secondsOf(world) }, signal);
    default:
      return unreachable(intent);
  }
}

function secondsOf({ clock }: VolumeWorld): number {
  return Math.floor(clock.nowMs() / 1000);
}

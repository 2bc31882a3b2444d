import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import * as z from "zod";
import type { ExternalLeaseId } from "../contract/external-leases.ts";
import type { LockKey } from "./image-locks.ts";

const domainId = z.uuid().transform((text) => parseId<StorageDomainId>(text));
const imageId = z.uuid().transform((text) => parseId<ImageId>(text));
const volumeId = z.uuid().transform((text) => parseId<VolumeId>(text));
const leaseId = z.uuid().transform((text) => parseId<ExternalLeaseId>(text));
const recordNumber = z.number().int().nonnegative();
const bytes = z.number().int().nonnegative();

/**
 * What a task is about to do, in words that a later version of this program understands: these names are stored data.
 * Each says enough to undo the deed or to finish it, however far it got.
 */
export const intentSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("create-volume"),
    domainId,
    imageId,
    volumeId,
    /** The parent that stops being a leaf. */
    demotedParentId: volumeId.optional(),
  }),
  z.strictObject({
    kind: z.literal("delete-volumes"),
    domainId,
    imageId,
    /** From the leaf down. */
    volumeIds: z.array(volumeId),
    wipes: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("delete-image"), domainId, imageId, wipes: z.boolean() }),
  z.strictObject({
    kind: z.literal("extend-volume"),
    domainId,
    imageId,
    volumeId,
    capacityBytes: bytes,
    /** How long the file was before. */
    fileBytes: bytes,
  }),
  z.strictObject({
    kind: z.literal("finalize-merge"),
    domainId,
    imageId,
    baseId: volumeId,
    /** What was merged into the base, and goes. */
    topId: volumeId,
  }),
  z.strictObject({ kind: z.literal("create-lease"), domainId, leaseId, recordNumber }),
  z.strictObject({ kind: z.literal("delete-lease"), domainId, leaseId, recordNumber }),
  z.strictObject({ kind: z.literal("rebuild-leases"), domainId }),
]);

export type Intent = z.infer<typeof intentSchema>;
export type CreateVolumeIntent = Extract<Intent, { kind: "create-volume" }>;
export type DeleteVolumesIntent = Extract<Intent, { kind: "delete-volumes" }>;
export type DeleteImageIntent = Extract<Intent, { kind: "delete-image" }>;
export type ExtendVolumeIntent = Extract<Intent, { kind: "extend-volume" }>;
export type FinalizeMergeIntent = Extract<Intent, { kind: "finalize-merge" }>;
export type CreateLeaseIntent = Extract<Intent, { kind: "create-lease" }>;
export type DeleteLeaseIntent = Extract<Intent, { kind: "delete-lease" }>;
export type RebuildLeasesIntent = Extract<Intent, { kind: "rebuild-leases" }>;

/** What became of something that was begun and not finished. */
export type Settled = "undone" | "completed";

/** What nobody else may work on while it is settled. */
export function locksOf(intent: Intent): readonly LockKey[] {
  const { domainId } = intent;
  return ["imageId" in intent ? { domainId, imageId: intent.imageId } : { domainId, isLeaseIndex: true }];
}

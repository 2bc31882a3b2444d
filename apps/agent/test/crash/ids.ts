import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { PoolId } from "../../src/storage/contract/spm-order.ts";

/** Ids that are the same in every run, so that two runs can be compared. What is in a group shares its first digits. */
const id = <T extends string>(group: string, number: number): T =>
  `${group}${String(number).padStart(8 - group.length, "0")}-0000-4000-8000-000000000000` as T;

export const poolId = id<PoolId>("b", 1);
/** The master of the pool. */
export const masterId = id<StorageDomainId>("d", 1);
/** Active in the pool as well. */
export const secondId = id<StorageDomainId>("d", 2);
/** Attached to the pool, not active. */
export const attachedId = id<StorageDomainId>("d", 3);
/** Belongs to no pool. */
export const freeId = id<StorageDomainId>("d", 4);
/** Not there yet. */
export const newDomainId = id<StorageDomainId>("d", 5);
export const otherPoolId = id<PoolId>("b", 2);

export const imageOf = (number: number): ImageId => id<ImageId>("a", number);
export const volumeOf = (number: number): VolumeId => id<VolumeId>("e", number);

const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
export const knownIds: readonly string[] = [
  ...[poolId, otherPoolId, masterId, secondId, attachedId, freeId, newDomainId],
  ...numbers.flatMap((number) => [imageOf(number), volumeOf(number)]),
];

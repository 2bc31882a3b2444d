import type { ClusterId, DataCenterId, Id, StorageDomainId } from "@yagura/std/ids.ts";

export type QuotaId = Id<"quota">;
export type QuotaLimitId = Id<"quota-limit">;

/** A share of a data center's resources, for whoever may consume it. */
export interface Quota {
  readonly id: QuotaId;
  readonly name: string;
  readonly description: string;
  readonly dataCenterId: DataCenterId;
  /** From how much of a limit on one is warned. */
  readonly clusterSoftLimitPercent: number;
  /** How far over a limit one may go. */
  readonly clusterHardLimitPercent: number;
  readonly storageSoftLimitPercent: number;
  readonly storageHardLimitPercent: number;
  /** Each data center has one from the beginning, without limits; it stays as it is. */
  readonly isDefault: boolean;
}

/** Of one cluster, or of all of the data center together. */
export interface QuotaClusterLimit {
  readonly id: QuotaLimitId;
  readonly quotaId: QuotaId;
  readonly clusterId?: ClusterId;
  /** Not given: unlimited. */
  readonly vcpuLimit?: number;
  readonly memoryLimitBytes?: number;
}

/** Of one storage domain, or of all of the data center together. */
export interface QuotaStorageLimit {
  readonly id: QuotaLimitId;
  readonly quotaId: QuotaId;
  readonly storageDomainId?: StorageDomainId;
  readonly limitBytes?: number;
}

export const quotaDefaults = {
  description: "",
  clusterSoftLimitPercent: 80,
  clusterHardLimitPercent: 20,
  storageSoftLimitPercent: 80,
  storageHardLimitPercent: 20,
} as const;

export function defaultQuota(id: QuotaId, dataCenterId: DataCenterId): Quota {
  return {
    ...quotaDefaults,
    id,
    name: "Default",
    description: "Default unlimited quota",
    dataCenterId,
    isDefault: true,
  };
}

/** Why there cannot be such a quota; none when there can. */
export function quotaProblems(quota: Quota): string[] {
  const isName = /^[\w-]{1,60}$/.test(quota.name);
  const soft = [quota.clusterSoftLimitPercent, quota.storageSoftLimitPercent];
  const hard = [quota.clusterHardLimitPercent, quota.storageHardLimitPercent];
  return [
    ...(isName ? [] : ["Quota name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters"]),
    ...(soft.every((percent) => isBetween(percent, 100)) ? [] : ["A soft limit is a number from 0 to 100."]),
    ...(hard.every((percent) => isBetween(percent, 10_000)) ? [] : ["A hard limit is a number from 0 to 10000."]),
  ];
}

/** Why a limit cannot stand beside the others of its kind; none when it can. `on`: what it is of; nothing: of everything. */
export function limitProblems(on: string | undefined, others: readonly (string | undefined)[]): string[] {
  if (others.includes(on)) return ["The Quota has a limit for it already."];
  if (others.length > 0 && (on === undefined || others.includes(undefined))) {
    return [
      "Limitation can not be configured as specific and general for the same Quota. Please choose whether the limitation should be enforced on the Data Center (global) or for specific storage domain or cluster.",
    ];
  }
  return [];
}

function isBetween(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

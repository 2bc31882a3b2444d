import type {
  QuotaClusterLimit as RestClusterLimit,
  Quota as RestQuota,
  QuotaStorageLimit as RestStorageLimit,
} from "@yagura/rest-model";
import { GiB } from "@yagura/std/units.ts";
import type { QuotaChanges } from "../../db/queries/quotas.ts";
import type { Quota, QuotaClusterLimit, QuotaStorageLimit } from "../../domain/quota/quota.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";

export function renderQuota(quota: Quota, links: Links): RestQuota {
  return {
    ...links.of("quota", "datacenters", quota.dataCenterId, "quotas", quota.id),
    name: quota.name,
    description: quota.description,
    cluster_soft_limit_pct: quota.clusterSoftLimitPercent,
    cluster_hard_limit_pct: quota.clusterHardLimitPercent,
    storage_soft_limit_pct: quota.storageSoftLimitPercent,
    storage_hard_limit_pct: quota.storageHardLimitPercent,
    data_center: links.ref("datacenters", quota.dataCenterId),
  };
}

export function readQuota(body: RestQuota): QuotaChanges {
  return defined({
    name: body.name,
    description: body.description,
    clusterSoftLimitPercent: body.cluster_soft_limit_pct,
    clusterHardLimitPercent: body.cluster_hard_limit_pct,
    storageSoftLimitPercent: body.storage_soft_limit_pct,
    storageHardLimitPercent: body.storage_hard_limit_pct,
  });
}

/** v4's word for no limit. */
const UNLIMITED = -1;

export function renderClusterLimit(limit: QuotaClusterLimit, quota: Quota, links: Links): RestClusterLimit {
  const place = ["datacenters", quota.dataCenterId, "quotas", quota.id] as const;
  const { vcpuLimit = UNLIMITED, memoryLimitBytes, clusterId } = limit;
  return {
    ...links.of("quota_cluster_limit", ...place, "quotaclusterlimits", limit.id),
    vcpu_limit: vcpuLimit,
    memory_limit: memoryLimitBytes === undefined ? UNLIMITED : memoryLimitBytes / GiB,
    ...(clusterId !== undefined && { cluster: links.ref("clusters", clusterId) }),
    quota: links.ref(...place),
  };
}

export function renderStorageLimit(limit: QuotaStorageLimit, quota: Quota, links: Links): RestStorageLimit {
  const place = ["datacenters", quota.dataCenterId, "quotas", quota.id] as const;
  const { limitBytes, storageDomainId } = limit;
  return {
    ...links.of("quota_storage_limit", ...place, "quotastoragelimits", limit.id),
    limit: limitBytes === undefined ? UNLIMITED : limitBytes / GiB,
    ...(storageDomainId !== undefined && { storage_domain: links.ref("storagedomains", storageDomainId) }),
    quota: links.ref(...place),
  };
}

/** A limit in GiB, or a count, as it is kept: nothing for what is unlimited. */
export function readLimit(value: number | undefined, unit: number): number | undefined {
  return value === undefined || value < 0 ? undefined : Math.round(value * unit);
}

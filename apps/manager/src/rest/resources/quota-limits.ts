import { GiB } from "@yagura/std/units.ts";
import { listClusterLimits, listStorageLimits } from "../../db/queries/quota-limits.ts";
import { NotFound } from "../../domain/errors.ts";
import type { QuotaLimitId } from "../../domain/quota/quota.ts";
import { addClusterLimit, addStorageLimit, removeQuotaLimit } from "../../operations/quotas/limit-quota.ts";
import { defined } from "../defined.ts";
import { findReferenced, pathId } from "../references.ts";
import { readLimit, renderClusterLimit, renderStorageLimit } from "../representations/quota.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";
import { quotaOf } from "./quotas.ts";

const quota = "/datacenters/:dataCenter/quotas/:quota";

/** A limit that names no cluster or storage domain is one of all of the data center's together. */
export const quotaLimitRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${quota}/quotaclusterlimits`,
    handle: async (request) => list("quota_cluster_limit", cutList(request, await clusterLimits(request))),
  },
  {
    method: "GET",
    path: `${quota}/quotaclusterlimits/:quotaClusterLimit`,
    handle: async (request) =>
      entity("quota_cluster_limit", pick(await clusterLimits(request), param(request, "quotaClusterLimit"))),
  },
  {
    method: "POST",
    path: `${quota}/quotaclusterlimits`,
    async handle(request) {
      const body = request.read("quota_cluster_limit");
      const found = await quotaOf(request);
      const cluster = await findReferenced("cluster", body.cluster, () => request.inventory.clusters());
      const added = await addClusterLimit(request.context, {
        quotaId: found.id,
        ...defined({
          clusterId: cluster?.id,
          vcpuLimit: readLimit(body.vcpu_limit, 1),
          memoryLimitBytes: readLimit(body.memory_limit, GiB),
        }),
      });
      return entity("quota_cluster_limit", renderClusterLimit(added, found, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: `${quota}/quotaclusterlimits/:quotaClusterLimit`,
    handle: (request) => remove(request, "quotaClusterLimit"),
  },
  {
    method: "GET",
    path: `${quota}/quotastoragelimits`,
    handle: async (request) => list("quota_storage_limit", cutList(request, await storageLimits(request))),
  },
  {
    method: "GET",
    path: `${quota}/quotastoragelimits/:quotaStorageLimit`,
    handle: async (request) =>
      entity("quota_storage_limit", pick(await storageLimits(request), param(request, "quotaStorageLimit"))),
  },
  {
    method: "POST",
    path: `${quota}/quotastoragelimits`,
    async handle(request) {
      const body = request.read("quota_storage_limit");
      const found = await quotaOf(request);
      const all = () => request.inventory.storageDomains();
      const domain = await findReferenced("storage domain", body.storage_domain, all);
      const limitBytes = readLimit(body.limit, GiB);
      const asked = { quotaId: found.id, ...defined({ storageDomainId: domain?.id, limitBytes }) };
      const added = await addStorageLimit(request.context, asked);
      return entity("quota_storage_limit", renderStorageLimit(added, found, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: `${quota}/quotastoragelimits/:quotaStorageLimit`,
    handle: (request) => remove(request, "quotaStorageLimit"),
  },
];

async function clusterLimits(request: RestRequest) {
  const found = await quotaOf(request);
  const limits = await listClusterLimits(request.context.db, found.id);
  return limits.map((limit) => renderClusterLimit(limit, found, request.links));
}

async function storageLimits(request: RestRequest) {
  const found = await quotaOf(request);
  const limits = await listStorageLimits(request.context.db, found.id);
  return limits.map((limit) => renderStorageLimit(limit, found, request.links));
}

function pick<T extends { readonly id?: string | undefined }>(limits: readonly T[], id: string): T {
  const found = limits.find((limit) => limit.id === id.toLowerCase());
  if (found === undefined) throw new NotFound("quota limit", id.slice(0, 80));
  return found;
}

async function remove(request: RestRequest, name: "quotaClusterLimit" | "quotaStorageLimit") {
  const limitId = pathId<QuotaLimitId>("quota limit", param(request, name));
  await removeQuotaLimit(request.context, (await quotaOf(request)).id, limitId);
  return completed();
}

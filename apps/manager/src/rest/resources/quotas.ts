import type { DataCenterId } from "@yagura/std/ids.ts";
import { listQuotas } from "../../db/queries/quotas.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Quota, QuotaId } from "../../domain/quota/quota.ts";
import { createQuota } from "../../operations/quotas/create-quota.ts";
import { removeQuota } from "../../operations/quotas/remove-quota.ts";
import { updateQuota } from "../../operations/quotas/update-quota.ts";
import { manyLists, mapValues } from "../many.ts";
import { pathId, required } from "../references.ts";
import { readQuota, renderQuota } from "../representations/quota.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { cutList } from "../select-list.ts";

/** Whoever sees a data center sees its quotas. */
export const quotaRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/datacenters/:dataCenter/quotas",
    async handle(request) {
      const quotas = await listQuotas(request.context.db, { dataCenterId: await dataCenterOf(request) });
      return list(
        "quota",
        cutList(request, quotas).map((each) => renderQuota(each, request.links)),
      );
    },
    many: manyLists({ type: "quota", name: "dataCenter", searchable: dataCenterSearch }, async (request) => {
      const byDataCenter = Map.groupBy(await listQuotas(request.context.db), ({ dataCenterId }) => dataCenterId);
      return mapValues(byDataCenter, (each) => renderQuota(each, request.links));
    }),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/quotas/:quota",
    handle: async (request) => entity("quota", renderQuota(await quotaOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/quotas",
    async handle(request) {
      const body = request.read("quota");
      const name = required(body.name, "Quota", "name", "add");
      const asked = { ...readQuota(body), name, dataCenterId: await dataCenterOf(request) };
      return entity("quota", renderQuota(await createQuota(request.context, asked), request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/datacenters/:dataCenter/quotas/:quota",
    async handle(request) {
      const changes = readQuota(request.read("quota"));
      const updated = await updateQuota(request.context, (await quotaOf(request)).id, changes);
      return entity("quota", renderQuota(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/datacenters/:dataCenter/quotas/:quota",
    async handle(request) {
      await removeQuota(request.context, (await quotaOf(request)).id);
      return completed();
    },
  },
];

/** The quota in the path. @throws NotFound also when it is one of another data center. */
export async function quotaOf(request: RestRequest): Promise<Quota> {
  const quotaId = pathId<QuotaId>("quota", param(request, "quota"));
  const quotas = await listQuotas(request.context.db, { dataCenterId: await dataCenterOf(request) });
  const found = quotas.find(({ id }) => id === quotaId);
  if (found === undefined) throw new NotFound("quota", quotaId);
  return found;
}

async function dataCenterOf(request: RestRequest): Promise<DataCenterId> {
  return (await request.inventory.dataCenter(param(request, "dataCenter"))).id;
}

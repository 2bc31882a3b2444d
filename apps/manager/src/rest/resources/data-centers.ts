import type { DataCenter as RestDataCenter } from "@yagura/rest-model";
import type { DataCenterId } from "@yagura/std/ids.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import { createDataCenter } from "../../operations/data-centers/create-data-center.ts";
import { removeDataCenter } from "../../operations/data-centers/remove-data-center.ts";
import { updateDataCenter } from "../../operations/data-centers/update-data-center.ts";
import { defined } from "../defined.ts";
import { pathId, readTexts, required } from "../references.ts";
import { readVersion } from "../representations/common.ts";
import { renderDataCenter } from "../representations/data-center.ts";
import { readMacPool } from "../representations/mac-pool.ts";
import { renderStoragePoolManager } from "../representations/storage-pool-manager.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { selectList } from "../select-list.ts";

export const dataCenterRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/datacenters",
    async handle(request) {
      const found = selectList(request, await request.inventory.dataCenters(), await searchFields(request));
      return list(
        "data_center",
        found.map((each) => renderDataCenter(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter",
    async handle(request) {
      const dataCenter = await request.inventory.dataCenter(param(request, "dataCenter"));
      return entity("data_center", renderDataCenter(dataCenter, request.links));
    },
  },
  {
    method: "POST",
    path: "/datacenters",
    async handle(request) {
      const body = request.read("data_center");
      const name = required(body.name, "DataCenter", "name", "add");
      const isLocal = body.local ?? false;
      const ioTimeoutSeconds = request.query.findInteger("io_timeout");
      const created = await createDataCenter(request.context, {
        ...readChanges(body),
        ...(await readMacPool(request, body.mac_pool)),
        name,
        isLocal,
        ...defined({ ioTimeoutSeconds }),
      });
      return entity("data_center", renderDataCenter(created, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/datacenters/:dataCenter",
    async handle(request) {
      const dataCenterId = idOf(request);
      const body = request.read("data_center");
      const macPool = await readMacPool(request, body.mac_pool);
      const changes = { ...readChanges(body), ...macPool, ...defined({ isLocal: body.local }) };
      const updated = await updateDataCenter(request.context, { dataCenterId, ...changes });
      return entity("data_center", renderDataCenter(updated, request.links));
    },
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/spm",
    async handle(request) {
      const dataCenter = await request.inventory.dataCenter(param(request, "dataCenter"));
      return entity("storage_pool_manager", renderStoragePoolManager(dataCenter, request.links));
    },
  },
  {
    // Another host becomes it by `POST /hosts/{id}/forceselectspm`; here it is told how long hosts wait for the storage.
    method: "PUT",
    path: "/datacenters/:dataCenter/spm",
    async handle(request) {
      const { io_timeout: ioTimeoutSeconds } = request.read("storage_pool_manager");
      const changes = { dataCenterId: idOf(request), ...defined({ ioTimeoutSeconds }) };
      const updated = await updateDataCenter(request.context, changes);
      return entity("storage_pool_manager", renderStoragePoolManager(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/datacenters/:dataCenter",
    async handle(request) {
      await removeDataCenter(request.context, idOf(request));
      return completed();
    },
  },
];

function idOf(request: RestRequest): DataCenterId {
  return pathId<DataCenterId>("data center", param(request, "dataCenter"));
}

function readChanges(body: RestDataCenter) {
  const compatibilityVersion = readVersion(body.version);
  return {
    ...readTexts(body),
    ...(compatibilityVersion !== undefined && { compatibilityVersion }),
  };
}

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<DataCenter>> {
  const [clusters, domains] = [await inventory.clusters(), await inventory.storageDomains()];
  const namesOf =
    (things: readonly { readonly name: string; readonly dataCenterId?: string }[]) => (item: DataCenter) =>
      things.filter(({ dataCenterId }) => dataCenterId === item.id).map(({ name }) => name);
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    description: ({ description }) => description,
    comment: ({ comment }) => comment,
    status: ({ status }) => status,
    local: ({ isLocal }) => isLocal,
    "clusters.name": namesOf(clusters),
    "storage.name": namesOf(domains),
  };
}

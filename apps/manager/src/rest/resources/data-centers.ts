import type { DataCenter as RestDataCenter } from "@yagura/rest-model";
import type { DataCenterId } from "@yagura/std/ids.ts";
import { createDataCenter } from "../../operations/data-centers/create-data-center.ts";
import { removeDataCenter } from "../../operations/data-centers/remove-data-center.ts";
import { updateDataCenter } from "../../operations/data-centers/update-data-center.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { pathId, readTexts, required } from "../references.ts";
import { readVersion } from "../representations/common.ts";
import { renderDataCenter } from "../representations/data-center.ts";
import { readMacPool } from "../representations/mac-pool.ts";
import { renderStoragePoolManager } from "../representations/storage-pool-manager.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { pick } from "../select-list.ts";

export const dataCenterRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/datacenters",
    async handle(request) {
      return foundList(request, "data_center", dataCenterSearch, (ids) =>
        readDataCenters(request, ids as DataCenterId[]),
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
    many: manyEntities({ type: "data_center", name: "dataCenter", searchable: dataCenterSearch }, readDataCenters),
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
    ...defined({ quotaMode: body.quota_mode }),
    ...(compatibilityVersion !== undefined && { compatibilityVersion }),
  };
}

async function readDataCenters(
  { inventory, links }: RestRequest,
  ids: readonly DataCenterId[],
): Promise<RestDataCenter[]> {
  return pick(await inventory.dataCenters(), ids).map((each) => renderDataCenter(each, links));
}

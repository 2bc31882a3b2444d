import type { Network as RestNetwork } from "@yagura/rest-model";
import type { DataCenterId, NetworkId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { createNetwork } from "../../operations/networks/create-network.ts";
import { removeNetwork } from "../../operations/networks/remove-network.ts";
import { updateNetwork } from "../../operations/networks/update-network.ts";
import { defined } from "../defined.ts";
import { foundList } from "../found-list.ts";
import { manyEntities, manyLists, mapValues } from "../many.ts";
import { getReferenced, pathId, required } from "../references.ts";
import { renderNetwork } from "../representations/network.ts";
import { readNetwork } from "../representations/read-network.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { networkSearch } from "../search/fields/networks.ts";
import { cutList, pick } from "../select-list.ts";

export const networkRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/networks",
    async handle(request) {
      return foundList(request, "network", networkSearch, (ids) => readNetworks(request, ids as NetworkId[]));
    },
  },
  {
    method: "GET",
    path: "/networks/:network",
    async handle(request) {
      return entity(
        "network",
        renderNetwork(await request.inventory.network(param(request, "network")), request.links),
      );
    },
    many: manyEntities({ type: "network", name: "network", searchable: networkSearch }, readNetworks),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/networks",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      const networks = (await request.inventory.networks()).filter(({ dataCenterId }) => dataCenterId === id);
      return list(
        "network",
        cutList(request, networks).map((each) => renderNetwork(each, request.links)),
      );
    },
    many: manyLists({ type: "network", name: "dataCenter", searchable: dataCenterSearch }, async (request) => {
      const byDataCenter = Map.groupBy(await request.inventory.networks(), ({ dataCenterId }) => dataCenterId);
      return mapValues(byDataCenter, (each) => renderNetwork(each, request.links));
    }),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/networks/:network",
    async handle(request) {
      return entity("network", renderNetwork(await networkOfDataCenter(request), request.links));
    },
  },
  {
    method: "POST",
    path: "/networks",
    async handle(request) {
      const body = request.read("network");
      const missing = { type: "Network", member: "dataCenter", operation: "add" } as const;
      const all = () => request.inventory.dataCenters();
      return add(request, body, (await getReferenced("data center", body.data_center, all, missing)).id);
    },
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/networks",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      return add(request, request.read("network"), id);
    },
  },
  {
    method: "PUT",
    path: "/networks/:network",
    async handle(request) {
      return change(request, await request.inventory.network(param(request, "network")));
    },
  },
  {
    method: "PUT",
    path: "/datacenters/:dataCenter/networks/:network",
    handle: async (request) => change(request, await networkOfDataCenter(request)),
  },
  {
    method: "DELETE",
    path: "/networks/:network",
    async handle(request) {
      await removeNetwork(request.context, pathId<NetworkId>("network", param(request, "network")));
      return completed();
    },
  },
  {
    method: "DELETE",
    path: "/datacenters/:dataCenter/networks/:network",
    async handle(request) {
      await removeNetwork(request.context, (await networkOfDataCenter(request)).id);
      return completed();
    },
  },
];

async function readNetworks({ inventory, links }: RestRequest, ids: readonly NetworkId[]): Promise<RestNetwork[]> {
  return pick(await inventory.networks(), ids).map((each) => renderNetwork(each, links));
}

/** @throws NotFound also when it is one of another data center. */
async function networkOfDataCenter(request: RestRequest): Promise<Network> {
  const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
  const network = await request.inventory.network(param(request, "network"));
  if (network.dataCenterId !== id) throw new NotFound("network", network.id);
  return network;
}

async function change(request: RestRequest, { id, dataCenterId }: Network): Promise<Answer> {
  const changes = await readNetwork(request, request.read("network"), dataCenterId);
  const updated = await updateNetwork(request.context, { networkId: id, ...changes });
  return entity("network", renderNetwork(updated, request.links));
}

async function add(request: RestRequest, body: RestNetwork, dataCenterId: DataCenterId): Promise<Answer> {
  const name = required(body.name, "Network", "name", "add");
  const { vlanTag, qosId, ...asked } = await readNetwork(request, body, dataCenterId);
  const added = await createNetwork(request.context, {
    ...asked,
    ...(typeof vlanTag === "number" && { vlanTag }),
    ...(typeof qosId === "string" && { qosId }),
    ...defined({ hasProfile: body.profile_required }),
    name,
    dataCenterId,
  });
  return entity("network", renderNetwork(added, request.links), "created");
}

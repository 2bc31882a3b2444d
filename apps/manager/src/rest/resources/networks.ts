import { NotFound } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { renderNetwork } from "../representations/network.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { byId, cutList, selectList } from "../select-list.ts";

export const networkRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/networks",
    async handle(request) {
      const found = selectList(request, await request.inventory.networks(), await searchFields(request));
      return list(
        "network",
        found.map((each) => renderNetwork(each, request.links)),
      );
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
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/networks/:network",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      const network = await request.inventory.network(param(request, "network"));
      if (network.dataCenterId !== id) throw new NotFound("network", network.id);
      return entity("network", renderNetwork(network, request.links));
    },
  },
];

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<Network>> {
  const dataCenters = byId(await inventory.dataCenters());
  const dataCenterName = ({ dataCenterId }: Network) => dataCenters.get(dataCenterId)?.name;
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    description: ({ description }) => description,
    comment: ({ comment }) => comment,
    datacenter: dataCenterName,
    "datacenter.name": dataCenterName,
    mtu: ({ mtuBytes }) => mtuBytes,
    vlanid: ({ vlanTag }) => vlanTag,
  };
}

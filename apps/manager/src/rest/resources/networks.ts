import type { Network as RestNetwork } from "@yagura/rest-model";
import type { DataCenterId, NetworkId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { createNetwork } from "../../operations/networks/create-network.ts";
import { removeNetwork } from "../../operations/networks/remove-network.ts";
import { updateNetwork } from "../../operations/networks/update-network.ts";
import { defined } from "../defined.ts";
import { getReferenced, pathId, readTexts, required } from "../references.ts";
import { renderNetwork } from "../representations/network.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
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
      const body = request.read("network");
      const changes = { ...readTexts(body), ...defined({ mtuBytes: body.mtu }) };
      const updated = await updateNetwork(request.context, { networkId: idOf(request), ...changes });
      return entity("network", renderNetwork(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/networks/:network",
    async handle(request) {
      await removeNetwork(request.context, idOf(request));
      return completed();
    },
  },
];

function idOf(request: RestRequest): NetworkId {
  return pathId<NetworkId>("network", param(request, "network"));
}

async function add({ context, links }: RestRequest, body: RestNetwork, dataCenterId: DataCenterId): Promise<Answer> {
  const added = await createNetwork(context, {
    ...readTexts(body),
    ...defined({ vlanTag: body.vlan?.id, mtuBytes: body.mtu, isVmNetwork: body.usages?.includes("vm") }),
    name: required(body.name, "Network", "name", "add"),
    dataCenterId,
  });
  return entity("network", renderNetwork(added, links), "created");
}

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

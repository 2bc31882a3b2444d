import type { NetworkLabel } from "@yagura/rest-model";
import { NotFound } from "../../domain/errors.ts";
import type { Network } from "../../domain/network/network.ts";
import { labelNetwork, unlabelNetwork } from "../../operations/networks/label-network.ts";
import type { Links } from "../links.ts";
import { required } from "../references.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** A label is a word, which is its id too; a network has one at most. */
export const networkLabelRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/networks/:network/networklabels",
    handle: async (request) =>
      list("network_label", cutList(request, labelsOf(await networkOf(request), request.links))),
  },
  {
    method: "GET",
    path: "/networks/:network/networklabels/:label",
    async handle(request) {
      const label = param(request, "label");
      const found = labelsOf(await networkOf(request), request.links).find(({ id }) => id === label);
      if (found === undefined) throw new NotFound("network label", label.slice(0, 80));
      return entity("network_label", found);
    },
  },
  {
    method: "POST",
    path: "/networks/:network/networklabels",
    async handle(request) {
      const body = request.read("network_label");
      const label = required(body.id ?? body.name, "NetworkLabel", "id", "add");
      const network = await labelNetwork(request.context, { networkId: (await networkOf(request)).id, label });
      return entity("network_label", labelsOf(network, request.links)[0] ?? {}, "created");
    },
  },
  {
    method: "DELETE",
    path: "/networks/:network/networklabels/:label",
    async handle(request) {
      const { id: networkId } = await networkOf(request);
      await unlabelNetwork(request.context, { networkId, label: param(request, "label") });
      return completed();
    },
  },
];

function networkOf(request: RestRequest): Promise<Network> {
  return request.inventory.network(param(request, "network"));
}

function labelsOf({ id, label }: Network, links: Links): NetworkLabel[] {
  if (label === undefined) return [];
  return [
    {
      ...links.of("network_label", "networks", id, "networklabels", label),
      name: label,
      network: links.ref("networks", id),
    },
  ];
}

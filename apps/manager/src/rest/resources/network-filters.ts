import { NotFound } from "../../domain/errors.ts";
import { type NetworkFilter, networkFilters } from "../../domain/network/network-filter.ts";
import type { Links } from "../links.ts";
import { renderVersion } from "../representations/common.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** The filters of libvirt are the same everywhere, and no secret. */
export const networkFilterRoutes: readonly Route[] = [
  { method: "GET", path: "/networkfilters", handle: async (request) => all(request) },
  { method: "GET", path: "/networkfilters/:networkFilter", handle: async (request) => one(request) },
  {
    // All of them are older than the oldest compatibility version of a cluster.
    method: "GET",
    path: "/clusters/:cluster/networkfilters",
    async handle(request) {
      await request.inventory.cluster(param(request, "cluster"));
      return all(request);
    },
  },
  {
    method: "GET",
    path: "/clusters/:cluster/networkfilters/:networkFilter",
    async handle(request) {
      await request.inventory.cluster(param(request, "cluster"));
      return one(request);
    },
  },
];

function all(request: RestRequest) {
  const filters = cutList(request, networkFilters);
  return list(
    "network_filter",
    filters.map((each) => render(each, request.links)),
  );
}

function one(request: RestRequest) {
  const id = param(request, "networkFilter").toLowerCase();
  const found = networkFilters.find((each) => each.id === id);
  if (found === undefined) throw new NotFound("network filter", id.slice(0, 80));
  return entity("network_filter", render(found, request.links));
}

function render({ id, name, version }: NetworkFilter, links: Links) {
  return { ...links.of("network_filter", "networkfilters", id), name, version: renderVersion(version) };
}

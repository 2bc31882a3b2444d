import { NotFound } from "../domain/errors.ts";
import { idIn } from "./many.ts";
import { type Mount, mounted } from "./mounted.ts";
import { param, type Route } from "./route.ts";
import { byId } from "./select-list.ts";

/**
 * What is served of a cluster, served below its data center too: `/datacenters/{id}/clusters/{id}/…` is the same service at
 * another place.
 */
export function belowDataCenter(routes: readonly Route[]): Route[] {
  return mounted(routes, clusters);
}

const clusters: Mount = {
  at: "/clusters/:cluster",
  below: "/datacenters/:dataCenter",
  async require(request) {
    const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
    const found = await request.inventory.cluster(param(request, "cluster"));
    if (found.dataCenterId !== id) throw new NotFound("cluster", found.id);
  },
  async areThere(request, params) {
    const known = byId(await request.inventory.clusters());
    return params.map((each) => known.get(idIn(each, "cluster"))?.dataCenterId === idIn(each, "dataCenter"));
  },
};

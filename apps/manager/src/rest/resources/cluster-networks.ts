import type { NetworkId } from "@yagura/std/ids.ts";
import { getNetwork, listClusterNetworks } from "../../db/queries/networks.ts";
import { NotFound } from "../../domain/errors.ts";
import { attachNetwork } from "../../operations/cluster-networks/attach-network.ts";
import { detachNetwork } from "../../operations/cluster-networks/detach-network.ts";
import { updateClusterNetwork } from "../../operations/cluster-networks/update-cluster-network.ts";
import { getReferenced, pathId } from "../references.ts";
import { renderClusterNetwork } from "../representations/network.ts";
import { readUse } from "../representations/read-network.ts";
import { type Answer, completed, entity, type Outcome, param, type RestRequest, type Route } from "../route.ts";

/** What a cluster uses networks for. Reading them is in `clusters.ts`. */
export const clusterNetworkRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/clusters/:cluster/networks",
    async handle(request) {
      const cluster = await request.inventory.cluster(param(request, "cluster"));
      const body = request.read("network");
      // Every data center has networks of the same names: a name means the one of the cluster's own.
      const all = async () => {
        const networks = await request.inventory.networks();
        return body.id === undefined
          ? networks.filter(({ dataCenterId }) => dataCenterId === cluster.dataCenterId)
          : networks;
      };
      const missing = { type: "Network", member: "network", operation: "add" } as const;
      const { id } = await getReferenced("network", body, all, missing);
      await attachNetwork(request.context, { ...readUse(body), clusterId: cluster.id, networkId: id });
      return answer(request, id, "created");
    },
  },
  {
    method: "PUT",
    path: "/clusters/:cluster/networks/:network",
    async handle(request) {
      const { id: clusterId } = await request.inventory.cluster(param(request, "cluster"));
      const networkId = idOf(request);
      await updateClusterNetwork(request.context, { ...readUse(request.read("network")), clusterId, networkId });
      return answer(request, networkId, "done");
    },
  },
  {
    method: "DELETE",
    path: "/clusters/:cluster/networks/:network",
    async handle(request) {
      const { id: clusterId } = await request.inventory.cluster(param(request, "cluster"));
      await detachNetwork(request.context, { clusterId, networkId: idOf(request) });
      return completed();
    },
  },
];

function idOf(request: RestRequest): NetworkId {
  return pathId<NetworkId>("network", param(request, "network"));
}

async function answer(request: RestRequest, networkId: NetworkId, outcome: Outcome): Promise<Answer> {
  const { db } = request.context;
  const { id: clusterId } = await request.inventory.cluster(param(request, "cluster"));
  const [use] = await listClusterNetworks(db, { clusterId, networkId });
  if (use === undefined) throw new NotFound("network", networkId);
  return entity("network", renderClusterNetwork(await getNetwork(db, networkId), use, request.links), outcome);
}

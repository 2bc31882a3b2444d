import type { Cluster as RestCluster } from "@yagura/rest-model";
import type { ClusterId, DataCenterId } from "@yagura/std/ids.ts";
import { listClusterNetworks, listNetworks } from "../../db/queries/networks.ts";
import type { BiosType, Cluster } from "../../domain/cluster/cluster.ts";
import { NotFound } from "../../domain/errors.ts";
import type { ClusterNetwork, Network } from "../../domain/network/network.ts";
import { createCluster } from "../../operations/clusters/create-cluster.ts";
import { removeCluster } from "../../operations/clusters/remove-cluster.ts";
import { updateCluster } from "../../operations/clusters/update-cluster.ts";
import { foundList } from "../found-list.ts";
import type { Links } from "../links.ts";
import { manyEntities, manyLists } from "../many.ts";
import { getReferenced, pathId, readTexts, required } from "../references.ts";
import { renderCluster } from "../representations/cluster.ts";
import { readVersion } from "../representations/common.ts";
import { readMacPool } from "../representations/mac-pool.ts";
import { renderClusterNetwork } from "../representations/network.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { clusterSearch } from "../search/fields/clusters.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { byId, cutList, pick } from "../select-list.ts";

export const clusterRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/clusters",
    async handle(request) {
      return foundList(request, "cluster", clusterSearch, (ids) => readClusters(request, ids as ClusterId[]));
    },
  },
  {
    method: "GET",
    path: "/clusters/:cluster",
    async handle(request) {
      return answer(request, await request.inventory.cluster(param(request, "cluster")));
    },
    many: manyEntities({ type: "cluster", name: "cluster", searchable: clusterSearch }, readClusters),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/clusters",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      const clusters = (await request.inventory.clusters()).filter(({ dataCenterId }) => dataCenterId === id);
      return list("cluster", render(request, cutList(request, clusters)));
    },
    many: manyLists({ type: "cluster", name: "dataCenter", searchable: dataCenterSearch }, async (request) => {
      const clusters = await request.inventory.clusters();
      const rendered = render(request, clusters);
      return Map.groupBy(rendered, ({ data_center: dataCenter }) => dataCenter?.id ?? "");
    }),
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/clusters",
    async handle(request) {
      const { id } = await request.inventory.dataCenter(param(request, "dataCenter"));
      return add(request, request.read("cluster"), id);
    },
  },
  {
    method: "POST",
    path: "/clusters",
    async handle(request) {
      const body = request.read("cluster");
      const { inventory } = request;
      const dataCenter = await getReferenced("data center", body.data_center, () => inventory.dataCenters(), {
        type: "Cluster",
        member: "dataCenter",
        operation: "add",
      });
      return add(request, body, dataCenter.id);
    },
  },
  {
    method: "PUT",
    path: "/clusters/:cluster",
    async handle(request) {
      const body = request.read("cluster");
      const changes = { ...readChanges(body), ...(await readMacPool(request, body.mac_pool)) };
      return answer(request, await updateCluster(request.context, { clusterId: idOf(request), ...changes }));
    },
  },
  {
    method: "DELETE",
    path: "/clusters/:cluster",
    async handle(request) {
      await removeCluster(request.context, idOf(request));
      return completed();
    },
  },
  {
    method: "GET",
    path: "/clusters/:cluster/networks",
    async handle(request) {
      const { id } = await request.inventory.cluster(param(request, "cluster"));
      return list("network", cutList(request, await renderNetworks(request, id)));
    },
    many: manyLists(
      { type: "network", name: "cluster", searchable: clusterSearch },
      async ({ context, links }, ids: readonly ClusterId[]) => {
        const [networks, uses] = [byId(await listNetworks(context.db)), await listClusterNetworks(context.db)];
        const byCluster = Map.groupBy(uses, ({ clusterId }) => clusterId);
        return new Map(ids.map((id) => [id, renderUses(networks, byCluster.get(id) ?? [], links)]));
      },
    ),
  },
  {
    method: "GET",
    path: "/clusters/:cluster/networks/:network",
    async handle(request) {
      const { id } = await request.inventory.cluster(param(request, "cluster"));
      const networkId = param(request, "network");
      const network = (await renderNetworks(request, id)).find((each) => each.id === networkId);
      if (network === undefined) throw new NotFound("network", networkId.slice(0, 80));
      return entity("network", network);
    },
  },
];

async function add(request: RestRequest, body: RestCluster, dataCenterId: DataCenterId): Promise<Answer> {
  const name = required(body.name, "Cluster", "name", "add");
  const macPool = await readMacPool(request, body.mac_pool);
  const created = await createCluster(request.context, { ...readChanges(body), ...macPool, name, dataCenterId });
  return answer(request, created, "created");
}

function idOf(request: RestRequest): ClusterId {
  return pathId<ClusterId>("cluster", param(request, "cluster"));
}

async function readClusters(request: RestRequest, ids: readonly ClusterId[]): Promise<RestCluster[]> {
  return render(request, pick(await request.inventory.clusters(), ids));
}

function render({ links }: RestRequest, clusters: readonly Cluster[]): RestCluster[] {
  return clusters.map((cluster) => renderCluster(cluster, links));
}

function answer({ links }: RestRequest, cluster: Cluster, outcome: "done" | "created" = "done") {
  return entity("cluster", renderCluster(cluster, links), outcome);
}

/** Whoever sees a cluster sees the names of the networks that it uses. */
async function renderNetworks({ context, links }: RestRequest, clusterId: ClusterId) {
  return renderUses(byId(await listNetworks(context.db)), await listClusterNetworks(context.db, { clusterId }), links);
}

function renderUses(networks: ReadonlyMap<string, Network>, uses: readonly ClusterNetwork[], links: Links) {
  return uses.flatMap((use) => {
    const network = networks.get(use.networkId);
    return network === undefined ? [] : [renderClusterNetwork(network, use, links)];
  });
}

function readChanges(body: RestCluster) {
  const compatibilityVersion = readVersion(body.version);
  return {
    ...readTexts(body),
    ...(body.cpu?.type !== undefined && { cpuType: body.cpu.type }),
    ...(compatibilityVersion !== undefined && { compatibilityVersion }),
    ...(body.bios_type !== undefined &&
      body.bios_type !== "cluster_default" && { biosType: body.bios_type satisfies BiosType }),
  };
}

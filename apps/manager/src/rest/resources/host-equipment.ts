import type { RestTypeName } from "@yagura/rest-model";
import type { HostId } from "@yagura/std/ids.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { listClusterNetworks, listNetworks } from "../../db/queries/networks.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import { manyLists } from "../many.ts";
import {
  nicId,
  renderHostNic,
  renderNetworkAttachment,
  renderNumaNode,
  renderUnmanagedNetwork,
  type SeenNetwork,
} from "../representations/host-equipment.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { cutList } from "../select-list.ts";

/** What a host has of one kind, as it told when it was asked last. */
interface Kind {
  readonly path: string;
  readonly parameter: string;
  readonly type: RestTypeName;
  readonly noun: Noun;
  render(host: Host, networks: readonly SeenNetwork[], request: RestRequest): readonly Part[];
}

type Part = object & { readonly id?: string | undefined };

const kinds: readonly Kind[] = [
  {
    path: "/hosts/:host/nics",
    parameter: "hostNic",
    type: "host_nic",
    noun: "host nic",
    render: ({ id, facts }, networks, { links }) =>
      (facts?.nics ?? []).map((nic) => {
        const carried = networks.filter(({ seen }) => seen.nicName === nic.name);
        return renderHostNic(id, nic, carried, links);
      }),
  },
  {
    path: "/hosts/:host/numanodes",
    parameter: "numaNode",
    type: "numa_node",
    noun: "numa node",
    render: ({ id, facts }, _networks, { links }) =>
      (facts?.numaNodes ?? []).map((node) => renderNumaNode(id, node, links)),
  },
  {
    path: "/hosts/:host/networkattachments",
    parameter: "attachment",
    type: "network_attachment",
    noun: "network attachment",
    render: ({ id }, networks, { links }) =>
      networks.flatMap(({ seen, known }) =>
        known === undefined ? [] : [renderNetworkAttachment(id, { seen, known }, links)],
      ),
  },
  {
    path: "/hosts/:host/nics/:hostNic/networkattachments",
    parameter: "attachment",
    type: "network_attachment",
    noun: "network attachment",
    render({ id, facts }, networks, request) {
      const wanted = param(request, "hostNic").toLowerCase();
      const nic = facts?.nics?.find(({ name }) => nicId(id, name) === wanted);
      if (nic === undefined) throw new NotFound("host nic", wanted.slice(0, 80));
      return networks.flatMap(({ seen, known }) =>
        known === undefined || seen.nicName !== nic.name
          ? []
          : [renderNetworkAttachment(id, { seen, known }, request.links, ["nics", wanted])],
      );
    },
  },
  {
    path: "/hosts/:host/unmanagednetworks",
    parameter: "unmanagedNetwork",
    type: "unmanaged_network",
    noun: "unmanaged network",
    render: ({ id }, networks, { links }) =>
      networks.flatMap(({ seen, known }) => (known === undefined ? [renderUnmanagedNetwork(id, seen, links)] : [])),
  },
];

export const hostEquipmentRoutes: readonly Route[] = kinds.flatMap(routesOf);

function routesOf(kind: Kind): Route[] {
  const { path, parameter, type, noun, render } = kind;
  const partsOf = async (request: RestRequest) => {
    const host = await request.inventory.host(param(request, "host"));
    return render(host, await networksOf(request, [host]).then((find) => find(host)), request);
  };
  return [
    {
      method: "GET",
      path,
      handle: async (request) => list(type, cutList(request, await partsOf(request))),
      // Of what is below an interface each path is a place of its own.
      ...(!path.includes("/:hostNic/") && {
        many: manyLists<RestTypeName, HostId>(
          { type, name: "host", searchable: hostSearch },
          async (request, hostIds) => {
            const hosts = await listHosts(request.context.db, { ids: hostIds });
            const find = await networksOf(request, hosts);
            return new Map(hosts.map((host) => [host.id, render(host, find(host), request)]));
          },
        ),
      }),
    },
    {
      method: "GET",
      path: `${path}/:${parameter}`,
      async handle(request) {
        const wanted = param(request, parameter);
        const found = (await partsOf(request)).find(({ id }) => id === wanted.toLowerCase());
        if (found === undefined) throw new NotFound(noun, wanted.slice(0, 80));
        return entity(type, found);
      },
    },
  ];
}

/** The networks that hosts have, with those of their clusters that they are: also such as the caller may not see by themselves. */
async function networksOf({ context: { db } }: RestRequest, hosts: readonly Host[]) {
  if (!hosts.some(({ facts }) => (facts?.networksSeen ?? []).length > 0)) return () => [];
  const networks = new Map((await listNetworks(db)).map((network) => [network.id, network]));
  const uses = Map.groupBy(await listClusterNetworks(db), ({ clusterId }) => clusterId);
  return ({ clusterId, facts }: Host): SeenNetwork[] => {
    const ofCluster = (uses.get(clusterId) ?? []).flatMap(({ networkId }) => networks.get(networkId) ?? []);
    const byName = new Map(ofCluster.map((network) => [network.vdsmName, network]));
    return (facts?.networksSeen ?? []).map((seen) => {
      const known = byName.get(seen.name);
      return { seen, ...(known !== undefined && { known }) };
    });
  };
}

import type { Vm } from "../../domain/vm/vm.ts";
import { renderVm } from "../representations/vm.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { byId, selectList } from "../select-list.ts";

export const vmRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms",
    async handle(request) {
      const found = selectList(request, await request.inventory.vms(), await searchFields(request));
      return list(
        "vm",
        found.map((each) => renderVm(each, request.links, request.allContent)),
      );
    },
  },
  {
    method: "GET",
    path: "/vms/:vm",
    async handle(request) {
      const vm = await request.inventory.vm(param(request, "vm"));
      return entity("vm", renderVm(vm, request.links, request.allContent));
    },
  },
];

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<Vm>> {
  const [clusters, dataCenters] = [byId(await inventory.clusters()), byId(await inventory.dataCenters())];
  const [hosts, templates] = [byId(await inventory.hosts()), byId(await inventory.templates())];
  const clusterOf = ({ clusterId }: Vm) => clusters.get(clusterId);
  const dataCenterName = (vm: Vm) => dataCenters.get(clusterOf(vm)?.dataCenterId ?? "")?.name;
  const hostName = ({ run }: Vm) => hosts.get(run.hostId ?? "")?.name;
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    comment: ({ comment }) => comment,
    description: ({ description }) => description,
    status: ({ run }) => run.status,
    cluster: (vm) => clusterOf(vm)?.name,
    "cluster.name": (vm) => clusterOf(vm)?.name,
    datacenter: dataCenterName,
    "datacenter.name": dataCenterName,
    on_host: hostName,
    "host.name": hostName,
    "hosts.name": hostName,
    "template.name": ({ templateId }) => templates.get(templateId)?.name,
    "templates.name": ({ templateId }) => templates.get(templateId)?.name,
    ip: ({ run }) => run.guest?.nics.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]) ?? [],
    fqdn: ({ run }) => run.guest?.fqdn ?? run.guest?.hostName,
    os: ({ hardware }) => hardware.osType,
    type: ({ type }) => type,
    memory: ({ hardware }) => hardware.memoryBytes,
    guaranteed_memory: ({ hardware }) => hardware.memoryGuaranteedBytes,
    vcpus: ({ hardware: { cpu } }) => cpu.sockets * cpu.cores * cpu.threads,
    architecture: () => "x86_64",
    bios_type: ({ hardware }) => hardware.biosType,
    creationdate: ({ createdAtMs }) => new Date(createdAtMs),
    created_by_user_id: ({ createdBy }) => createdBy,
    loggedinuser: ({ run }) => run.guest?.users ?? [],
    // Pools and tags do not exist yet: nothing is in one.
    pool: () => undefined,
    tag: () => undefined,
  };
}

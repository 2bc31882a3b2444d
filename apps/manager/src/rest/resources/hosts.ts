import type { Host as RestHost, SpmStatus } from "@yagura/rest-model";
import type { HostId } from "@yagura/std/ids.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import { activateHost } from "../../operations/hosts/activate-host.ts";
import { approveHost } from "../../operations/hosts/approve-host.ts";
import { confirmReboot } from "../../operations/hosts/confirm-reboot.ts";
import { deactivateHost } from "../../operations/hosts/deactivate-host.ts";
import { removeHost } from "../../operations/hosts/remove-host.ts";
import { selectSpm } from "../../operations/hosts/select-spm.ts";
import { updateHost } from "../../operations/hosts/update-host.ts";
import { findReferenced, pathId, readTexts, required } from "../references.ts";
import { renderHost } from "../representations/host.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { SearchFields } from "../search/select.ts";
import { byId, selectList } from "../select-list.ts";

export const hostRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/hosts",
    async handle(request) {
      const found = selectList(request, await request.inventory.hosts(), await searchFields(request));
      return list("host", await render(request, found));
    },
  },
  {
    method: "GET",
    path: "/hosts/:host",
    async handle(request) {
      return answer(request, await request.inventory.host(param(request, "host")));
    },
  },
  {
    method: "PUT",
    path: "/hosts/:host",
    async handle(request) {
      const body = request.read("host");
      const spmPriority = body.spm?.priority;
      const changes = { ...readTexts(body), ...(spmPriority !== undefined && { spmPriority }) };
      return answer(request, await updateHost(request.context, { hostId: idOf(request), ...changes }));
    },
  },
  {
    method: "DELETE",
    path: "/hosts/:host",
    async handle(request) {
      await removeHost(request.context, idOf(request));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/hosts/:host/approve",
    async handle(request) {
      const action = request.readAction();
      const asked = action.cluster ?? action.host?.cluster;
      const cluster = await findReferenced("cluster", asked, () => request.inventory.clusters());
      await approveHost(request.context, {
        hostId: idOf(request),
        ...(cluster !== undefined && { clusterId: cluster.id }),
      });
      return completed();
    },
  },
  {
    method: "POST",
    path: "/hosts/:host/activate",
    async handle(request) {
      request.readAction();
      await activateHost(request.context, idOf(request));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/hosts/:host/deactivate",
    async handle(request) {
      request.readAction();
      await deactivateHost(request.context, idOf(request));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/hosts/:host/forceselectspm",
    async handle(request) {
      request.readAction();
      await selectSpm(request.context, idOf(request));
      return completed();
    },
  },
  {
    // Only the word of a person: there are no fence devices yet.
    method: "POST",
    path: "/hosts/:host/fence",
    async handle(request) {
      const { fence_type: type } = request.readAction();
      const kind = required(type, "Action", "fenceType", "fence").toLowerCase();
      if (kind !== "manual") {
        throw new OperationRefused("unsupported", "Cannot fence Host.", [
          `The fence type ${kind} needs power management, which is not there yet; "manual" confirms that the Host has been rebooted.`,
        ]);
      }
      await confirmReboot(request.context, idOf(request));
      return completed();
    },
  },
];

function idOf(request: RestRequest): HostId {
  return pathId<HostId>("host", param(request, "host"));
}

async function render({ inventory, links }: RestRequest, hosts: readonly Host[]): Promise<RestHost[]> {
  const dataCenters = await inventory.dataCenters();
  const [spms, contenders] = [
    new Set(dataCenters.map(({ spmHostId }) => spmHostId)),
    new Set(dataCenters.map(({ spmContenderId }) => spmContenderId)),
  ];
  const spmStatus = ({ id }: Host): SpmStatus => (spms.has(id) ? "spm" : contenders.has(id) ? "contending" : "none");
  return hosts.map((host) => renderHost(host, spmStatus(host), links));
}

async function answer(request: RestRequest, host: Host) {
  const [rendered] = await render(request, [host]);
  return entity("host", rendered ?? {});
}

async function searchFields({ inventory }: RestRequest): Promise<SearchFields<Host>> {
  const [clusters, dataCenters] = [byId(await inventory.clusters()), byId(await inventory.dataCenters())];
  const [vms, spmHosts] = [await inventory.vms(), new Set([...dataCenters.values()].map(({ spmHostId }) => spmHostId))];
  const clusterOf = ({ clusterId }: Host) => clusters.get(clusterId);
  const dataCenterName = (host: Host) => dataCenters.get(clusterOf(host)?.dataCenterId ?? "")?.name;
  const vmsOn = (host: Host) => vms.filter(({ run }) => run.hostId === host.id);
  return {
    id: ({ id }) => id,
    name: ({ name }) => name,
    comment: ({ comment }) => comment,
    description: ({ description }) => description,
    address: ({ address }) => address,
    status: ({ status }) => status,
    cluster: (host) => clusterOf(host)?.name,
    "cluster.name": (host) => clusterOf(host)?.name,
    datacenter: dataCenterName,
    "datacenter.name": dataCenterName,
    hw_id: ({ hardwareId }) => hardwareId,
    memory: ({ facts }) => facts?.memoryBytes,
    cpus: ({ facts }) => facts?.cpu.threads,
    cpu_model: ({ facts }) => facts?.cpu.model,
    active_vms: ({ statistics }) => statistics?.activeVmCount ?? 0,
    spm_id: ({ id }) => (spmHosts.has(id) ? id : undefined),
    "vms.name": (host) => vmsOn(host).map(({ name }) => name),
    "vms.status": (host) => vmsOn(host).map(({ run }) => run.status),
  };
}

import type { Host as RestHost, SpmStatus } from "@yagura/rest-model";
import type { HostId } from "@yagura/std/ids.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import { activateHost } from "../../operations/hosts/activate-host.ts";
import { approveHost } from "../../operations/hosts/approve-host.ts";
import { confirmReboot } from "../../operations/hosts/confirm-reboot.ts";
import { deactivateHost } from "../../operations/hosts/deactivate-host.ts";
import { removeHost } from "../../operations/hosts/remove-host.ts";
import { selectSpm } from "../../operations/hosts/select-spm.ts";
import { updateHost } from "../../operations/hosts/update-host.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { findReferenced, pathId, readTexts, required } from "../references.ts";
import { renderHost } from "../representations/host.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";
import { hostSearch } from "../search/fields/hosts.ts";

export const hostRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/hosts",
    async handle(request) {
      return foundList(request, "host", hostSearch, (ids) => readHosts(request, ids as HostId[]));
    },
  },
  {
    method: "GET",
    path: "/hosts/:host",
    async handle(request) {
      return answer(request, await request.inventory.host(param(request, "host")));
    },
    many: manyEntities({ type: "host", name: "host", searchable: hostSearch }, readHosts),
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

async function readHosts(request: RestRequest, ids: readonly HostId[]): Promise<RestHost[]> {
  return render(request, await listHosts(request.context.db, { ids }));
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

import type { HostId } from "@yagura/std/ids.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import type { Host } from "../../domain/host/host.ts";
import { idIn, idsIn, visibleIds } from "../many.ts";
import { nicId, numaNodeId } from "../representations/host-equipment.ts";
import type { RestRequest, Route } from "../route.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { byId } from "../select-list.ts";
import { bytes, measureTraffic, type Source, statisticsOf } from "./statistics.ts";

type Params = RestRequest["params"];

/** Of the parts of hosts. */
export const hostEquipmentStatisticRoutes: readonly Route[] = [
  ...statisticsOf(
    "/hosts/:host/nics/:hostNic",
    (request, params) => readParts(request, params, "hostNic", nicSource),
    "host nic",
  ),
  ...statisticsOf(
    "/hosts/:host/numanodes/:numaNode",
    (request, params) => readParts(request, params, "numaNode", numaNodeSource),
    "numa node",
  ),
];

async function readParts(
  request: RestRequest,
  params: readonly Params[],
  parameter: string,
  find: (host: Host, partId: string) => Source | undefined,
): Promise<readonly (Source | undefined)[]> {
  const ids = await visibleIds<HostId>(request, hostSearch, idsIn(params, "host"));
  const hosts = byId(await listHosts(request.context.db, { ids }));
  return params.map((each) => {
    const host = hosts.get(idIn(each, "host"));
    return host && find(host, idIn(each, parameter));
  });
}

function nicSource({ id, facts, statistics }: Host, partId: string): Source | undefined {
  const nic = facts?.nics?.find(({ name }) => nicId(id, name) === partId);
  if (nic === undefined) return undefined;
  const use = statistics?.nics?.find(({ name }) => name === nic.name);
  return { owner: ["hosts", id, "nics", partId], measured: measureTraffic(use) };
}

/** Processors are measured for the whole host alone. */
function numaNodeSource({ id, facts, statistics }: Host, partId: string): Source | undefined {
  const node = facts?.numaNodes?.find(({ index }) => numaNodeId(id, index) === partId);
  if (node === undefined) return undefined;
  const freeBytes = statistics?.numaNodes?.find(({ index }) => index === node.index)?.memoryFreeBytes;
  const usedBytes = freeBytes === undefined ? undefined : Math.max(0, node.memoryBytes - freeBytes);
  return {
    owner: ["hosts", id, "numanodes", partId],
    measured: [
      bytes("memory.total", "Total memory", node.memoryBytes),
      bytes("memory.used", "Used memory", usedBytes),
      bytes("memory.free", "Free memory", freeBytes),
    ],
  };
}

import type { DataCenterId } from "@yagura/std/ids.ts";
import { listQoss } from "../../db/queries/qoss.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Qos, QosId } from "../../domain/qos/qos.ts";
import { createQos } from "../../operations/qoss/create-qos.ts";
import { removeQos } from "../../operations/qoss/remove-qos.ts";
import { updateQos } from "../../operations/qoss/update-qos.ts";
import { defined } from "../defined.ts";
import { manyLists, mapValues } from "../many.ts";
import { pathId, required } from "../references.ts";
import { readLimits, renderQos } from "../representations/qos.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { dataCenterSearch } from "../search/fields/data-centers.ts";
import { cutList } from "../select-list.ts";

/** Whoever sees a data center sees what limits there are in it. */
export const qosRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/datacenters/:dataCenter/qoss",
    async handle(request) {
      const qoss = cutList(request, await listQoss(request.context.db, { dataCenterId: await dataCenterOf(request) }));
      return list(
        "qos",
        qoss.map((qos) => renderQos(qos, request.links)),
      );
    },
    many: manyLists({ type: "qos", name: "dataCenter", searchable: dataCenterSearch }, async (request) => {
      const byDataCenter = Map.groupBy(await listQoss(request.context.db), ({ dataCenterId }) => dataCenterId);
      return mapValues(byDataCenter, (each) => renderQos(each, request.links));
    }),
  },
  {
    method: "GET",
    path: "/datacenters/:dataCenter/qoss/:qos",
    handle: async (request) => entity("qos", renderQos(await qosOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/datacenters/:dataCenter/qoss",
    async handle(request) {
      const body = request.read("qos");
      const added = await createQos(request.context, {
        ...defined({ description: body.description }),
        name: required(body.name, "QoS", "name", "add"),
        type: required(body.type, "QoS", "type", "add"),
        limits: readLimits(body),
        dataCenterId: await dataCenterOf(request),
      });
      return entity("qos", renderQos(added, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/datacenters/:dataCenter/qoss/:qos",
    async handle(request) {
      const body = request.read("qos");
      const changes = defined({ name: body.name, description: body.description, type: body.type });
      const { id } = await qosOf(request);
      const updated = await updateQos(request.context, { ...changes, qosId: id, limits: readLimits(body) });
      return entity("qos", renderQos(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/datacenters/:dataCenter/qoss/:qos",
    async handle(request) {
      await removeQos(request.context, (await qosOf(request)).id);
      return completed();
    },
  },
];

async function dataCenterOf(request: RestRequest): Promise<DataCenterId> {
  return (await request.inventory.dataCenter(param(request, "dataCenter"))).id;
}

/** @throws NotFound also when it is one of another data center. */
async function qosOf(request: RestRequest): Promise<Qos> {
  const qosId = pathId<QosId>("qos", param(request, "qos"));
  const qoss = await listQoss(request.context.db, { dataCenterId: await dataCenterOf(request) });
  const found = qoss.find(({ id }) => id === qosId);
  if (found === undefined) throw new NotFound("qos", qosId);
  return found;
}

import type { NicId } from "@yagura/std/ids.ts";
import { getFilterParameter, listFilterParameters } from "../../db/queries/network-filter-parameters.ts";
import { getNic } from "../../db/queries/nics.ts";
import type { FilterParameter, FilterParameterId } from "../../domain/nic/filter-parameter.ts";
import {
  addFilterParameter,
  type NicOfVm,
  removeFilterParameter,
  updateFilterParameter,
} from "../../operations/nics/change-filter-parameters.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { pathId, required } from "../references.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

const collection = "/vms/:vm/nics/:nic/networkfilterparameters";
const item = `${collection}/:filterParameter`;

export const nicFilterParameterRoutes: readonly Route[] = [
  {
    method: "GET",
    path: collection,
    async handle(request) {
      const place = await placeOf(request);
      const parameters = cutList(request, await listFilterParameters(request.context.db, { nicIds: [place.nicId] }));
      return list(
        "network_filter_parameter",
        parameters.map((each) => render(each, place, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: item,
    async handle(request) {
      const place = await placeOf(request);
      const found = await getFilterParameter(request.context.db, place.nicId, idOf(request));
      return entity("network_filter_parameter", render(found, place, request.links));
    },
  },
  {
    method: "POST",
    path: collection,
    async handle(request) {
      const place = await placeOf(request);
      const body = request.read("network_filter_parameter");
      const name = required(body.name, "NetworkFilterParameter", "name", "add");
      const value = required(body.value, "NetworkFilterParameter", "value", "add");
      const added = await addFilterParameter(request.context, place, { name, value });
      return entity("network_filter_parameter", render(added, place, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: item,
    async handle(request) {
      const place = await placeOf(request);
      const { name, value } = request.read("network_filter_parameter");
      const changes = { id: idOf(request), ...defined({ name, value }) };
      const updated = await updateFilterParameter(request.context, place, changes);
      return entity("network_filter_parameter", render(updated, place, request.links));
    },
  },
  {
    method: "DELETE",
    path: item,
    async handle(request) {
      await removeFilterParameter(request.context, await placeOf(request), idOf(request));
      return completed();
    },
  },
];

/** @throws NotFound */
async function placeOf(request: RestRequest): Promise<NicOfVm> {
  const { id: vmId } = await request.inventory.vm(param(request, "vm"));
  const { id: nicId } = await getNic(request.context.db, { vmId }, pathId<NicId>("nic", param(request, "nic")));
  return { vmId, nicId };
}

function idOf(request: RestRequest): FilterParameterId {
  return pathId<FilterParameterId>("network filter parameter", param(request, "filterParameter"));
}

function render({ id, name, value }: FilterParameter, { vmId, nicId }: NicOfVm, links: Links) {
  return {
    ...links.of("nic_network_filter_parameter", "vms", vmId, "nics", nicId, "networkfilterparameters", id),
    name,
    value,
    nic: links.ref("vms", vmId, "nics", nicId),
  };
}

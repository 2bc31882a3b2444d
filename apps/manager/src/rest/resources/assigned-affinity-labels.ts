import { listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import type { AffinityLabel, AffinityLabelId, LabelledType } from "../../domain/affinity/affinity-label.ts";
import { NotFound } from "../../domain/errors.ts";
import { giveAffinityLabel, takeAffinityLabel } from "../../operations/affinity-labels/update-affinity-label.ts";
import { manyLists } from "../many.ts";
import { findReferenced, pathId } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { renderAssignedLabel } from "../representations/affinity.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { cutList } from "../select-list.ts";

/** The affinity labels of one VM or host. */
export const assignedAffinityLabelRoutes: readonly Route[] = [...routesOf("vm", "vms"), ...routesOf("host", "hosts")];

function routesOf(type: LabelledType, home: "vms" | "hosts"): Route[] {
  const path = `/${home}/:${type}/affinitylabels`;
  const ownerOf = async ({ inventory, params }: RestRequest): Promise<string> => {
    const id = param({ params }, type);
    return type === "vm" ? (await inventory.vm(id)).id : (await inventory.host(id)).id;
  };
  const labelsOf = async (request: RestRequest, ownerId: string): Promise<readonly AffinityLabel[]> => {
    const has = ({ vmIds, hostIds }: AffinityLabel) =>
      (type === "vm" ? (vmIds as readonly string[]) : (hostIds as readonly string[])).includes(ownerId);
    return (await listAffinityLabels(request.context.db)).filter(has);
  };
  const searchable = type === "vm" ? vmSearch : hostSearch;
  return [
    {
      method: "GET",
      path,
      async handle(request) {
        const ownerId = await ownerOf(request);
        const labels = cutList(request, await labelsOf(request, ownerId));
        return list(
          "affinity_label",
          labels.map((label) => renderAssignedLabel(label, [home, ownerId], request.links)),
        );
      },
      many: manyLists({ type: "affinity_label", name: type, searchable }, async ({ context, links }, ownerIds) => {
        const labels = await listAffinityLabels(context.db);
        const byOwner = Map.groupBy(
          labels.flatMap((label) =>
            (type === "vm" ? label.vmIds : label.hostIds).map((ownerId: string) => ({ label, ownerId })),
          ),
          ({ ownerId }) => ownerId,
        );
        return new Map(
          ownerIds.map((ownerId) => [
            ownerId,
            (byOwner.get(ownerId) ?? []).map(({ label }) => renderAssignedLabel(label, [home, ownerId], links)),
          ]),
        );
      }),
    },
    {
      method: "GET",
      path: `${path}/:affinityLabel`,
      async handle(request) {
        const ownerId = await ownerOf(request);
        const labelId = idOf(request);
        const label = (await labelsOf(request, ownerId)).find(({ id }) => id === labelId);
        if (label === undefined) throw new NotFound("affinity label", labelId);
        return entity("affinity_label", renderAssignedLabel(label, [home, ownerId], request.links));
      },
    },
    {
      method: "POST",
      path,
      async handle(request) {
        const ownerId = await ownerOf(request);
        const all = () => listAffinityLabels(request.context.db);
        const found = await findReferenced("affinity label", request.read("affinity_label"), all);
        if (found === undefined) throw new MissingMember("AffinityLabel", ["id|name"], "add");
        const label = await giveAffinityLabel(request.context, found.id, { type, id: ownerId });
        return entity("affinity_label", renderAssignedLabel(label, [home, ownerId], request.links), "created");
      },
    },
    {
      method: "DELETE",
      path: `${path}/:affinityLabel`,
      async handle(request) {
        await takeAffinityLabel(request.context, idOf(request), { type, id: await ownerOf(request) });
        return completed();
      },
    },
  ];
}

function idOf(request: RestRequest): AffinityLabelId {
  return pathId<AffinityLabelId>("affinity label", param(request, "affinityLabel"));
}

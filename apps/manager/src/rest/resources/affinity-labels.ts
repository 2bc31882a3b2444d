import type { HostId, VmId } from "@yagura/std/ids.ts";
import { getAffinityLabel, listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import type { AffinityLabel, AffinityLabelId, LabelledType } from "../../domain/affinity/affinity-label.ts";
import { NotFound } from "../../domain/errors.ts";
import { createAffinityLabel } from "../../operations/affinity-labels/create-affinity-label.ts";
import { removeAffinityLabel } from "../../operations/affinity-labels/remove-affinity-label.ts";
import {
  giveAffinityLabel,
  takeAffinityLabel,
  updateAffinityLabel,
} from "../../operations/affinity-labels/update-affinity-label.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { type BodyReference, findReferenced, pathId, required } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { renderAffinityLabel } from "../representations/affinity.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** The labels themselves are open to everybody, as tags are; what has them is not. */
const labelRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/affinitylabels",
    async handle(request) {
      const labels = cutList(request, await listAffinityLabels(request.context.db));
      return list(
        "affinity_label",
        labels.map((label) => renderAffinityLabel(label, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/affinitylabels/:affinityLabel",
    async handle(request) {
      const label = await getAffinityLabel(request.context.db, idOf(request));
      return entity("affinity_label", renderAffinityLabel(label, request.links));
    },
  },
  {
    method: "POST",
    path: "/affinitylabels",
    async handle(request) {
      const { inventory, context, links } = request;
      const body = request.read("affinity_label");
      const vms = await findAll("vm", body.vms, () => inventory.vms());
      const hosts = await findAll("host", body.hosts, () => inventory.hosts());
      const created = await createAffinityLabel(context, {
        name: required(body.name, "AffinityLabel", "name", "add"),
        vmIds: vms.map(({ id }) => id),
        hostIds: hosts.map(({ id }) => id),
      });
      return entity("affinity_label", renderAffinityLabel(created, links), "created");
    },
  },
  {
    method: "PUT",
    path: "/affinitylabels/:affinityLabel",
    async handle(request) {
      const { name } = request.read("affinity_label");
      const updated = await updateAffinityLabel(request.context, { labelId: idOf(request), ...defined({ name }) });
      return entity("affinity_label", renderAffinityLabel(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/affinitylabels/:affinityLabel",
    async handle(request) {
      await removeAffinityLabel(request.context, idOf(request));
      return completed();
    },
  },
];

interface Named {
  readonly id: string;
  readonly name: string;
}

interface LabelledKind {
  readonly type: LabelledType;
  readonly path: "vms" | "hosts";
  idsOf(label: AffinityLabel): readonly (VmId | HostId)[];
  visible(request: RestRequest): Promise<readonly Named[]>;
}

const kinds: readonly LabelledKind[] = [
  { type: "vm", path: "vms", idsOf: ({ vmIds }) => vmIds, visible: ({ inventory }) => inventory.vms() },
  { type: "host", path: "hosts", idsOf: ({ hostIds }) => hostIds, visible: ({ inventory }) => inventory.hosts() },
];

export const affinityLabelRoutes: readonly Route[] = [...labelRoutes, ...kinds.flatMap((kind) => labelledRoutes(kind))];

/** What has a label: `/affinitylabels/{id}/vms` and `…/hosts`. */
function labelledRoutes(kind: LabelledKind): Route[] {
  const path = `/affinitylabels/:affinityLabel/${kind.path}`;
  const labelled = async (request: RestRequest): Promise<readonly Named[]> => {
    const ids: readonly string[] = kind.idsOf(await getAffinityLabel(request.context.db, idOf(request)));
    return (await kind.visible(request)).filter(({ id }) => ids.includes(id));
  };
  return [
    {
      method: "GET",
      path,
      async handle(request) {
        const found = cutList(request, await labelled(request));
        return list(
          kind.type,
          found.map((each) => render(kind, each, request.links)),
        );
      },
    },
    {
      method: "GET",
      path: `${path}/:${kind.type}`,
      async handle(request) {
        const id = param(request, kind.type).toLowerCase();
        const found = (await labelled(request)).find((each) => each.id === id);
        if (found === undefined) throw new NotFound(kind.type, id.slice(0, 80));
        return entity(kind.type, render(kind, found, request.links));
      },
    },
    {
      method: "POST",
      path,
      async handle(request) {
        const found = await findReferenced(kind.type, request.read(kind.type), () => kind.visible(request));
        if (found === undefined) throw new MissingMember(kind.type === "vm" ? "Vm" : "Host", ["id|name"], "add");
        await giveAffinityLabel(request.context, idOf(request), { type: kind.type, id: found.id });
        return entity(kind.type, render(kind, found, request.links), "created");
      },
    },
    {
      method: "DELETE",
      path: `${path}/:${kind.type}`,
      async handle(request) {
        const id = param(request, kind.type).toLowerCase();
        // He cannot take a label from what he may not see.
        if (!(await labelled(request)).some((each) => each.id === id)) throw new NotFound(kind.type, id.slice(0, 80));
        await takeAffinityLabel(request.context, idOf(request), { type: kind.type, id });
        return completed();
      },
    },
  ];
}

function idOf(request: RestRequest): AffinityLabelId {
  return pathId<AffinityLabelId>("affinity label", param(request, "affinityLabel"));
}

function render({ path }: LabelledKind, { id, name }: Named, links: Links) {
  return { ...links.ref(path, id), name };
}

async function findAll<T extends Named>(
  noun: LabelledType,
  references: readonly BodyReference[] = [],
  all: () => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (const reference of references) {
    const each = await findReferenced(noun, reference, all);
    if (each !== undefined) found.push(each);
  }
  return found;
}

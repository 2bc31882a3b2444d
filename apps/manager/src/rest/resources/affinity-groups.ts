import type { AffinityGroup as RestAffinityGroup } from "@yagura/rest-model";
import type { ClusterId, HostId, VmId } from "@yagura/std/ids.ts";
import { getAffinityGroup, listAffinityGroups } from "../../db/queries/affinity-groups.ts";
import { listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import { listVms } from "../../db/queries/vms.ts";
import {
  type AffinityGroup,
  type AffinityGroupId,
  type AffinityMembers,
  affinityGroupDefaults,
  isBroken,
  withLabelled,
} from "../../domain/affinity/affinity-group.ts";
import { NotFound } from "../../domain/errors.ts";
import { createAffinityGroup } from "../../operations/affinity-groups/create-affinity-group.ts";
import { removeAffinityGroup } from "../../operations/affinity-groups/remove-affinity-group.ts";
import { updateAffinityGroup } from "../../operations/affinity-groups/update-affinity-group.ts";
import { defined } from "../defined.ts";
import { type BodyReference, getReferenced, pathId, required } from "../references.ts";
import { readAffinityRules, renderAffinityGroup } from "../representations/affinity.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** Below a cluster, which is also below its data center. */
export const affinityGroupRoutes: readonly Route[] = [
  "/clusters/:cluster/affinitygroups",
  "/datacenters/:dataCenter/clusters/:cluster/affinitygroups",
].flatMap((path): Route[] => [
  {
    method: "GET",
    path,
    async handle(request) {
      const groups = await listAffinityGroups(request.context.db, { clusterId: await clusterOf(request) });
      return list("affinity_group", await render(request, cutList(request, groups)));
    },
  },
  {
    method: "GET",
    path: `${path}/:affinityGroup`,
    handle: async (request) => answer(request, await affinityGroupOf(request)),
  },
  {
    method: "POST",
    path,
    async handle(request) {
      const clusterId = await clusterOf(request);
      const body = request.read("affinity_group");
      const created = await createAffinityGroup(request.context, {
        ...defined({ description: body.description, priority: body.priority }),
        ...readAffinityRules(body, affinityGroupDefaults),
        name: required(body.name, "AffinityGroup", "name", "add"),
        clusterId,
        members: await readMembers(request, body, affinityGroupDefaults.members),
      });
      return answer(request, created, "created");
    },
  },
  {
    method: "PUT",
    path: `${path}/:affinityGroup`,
    async handle(request) {
      const { id, members: before } = await affinityGroupOf(request);
      const body = request.read("affinity_group");
      const members = await readMembers(request, body, before);
      const { name, description, priority } = body;
      const updated = await updateAffinityGroup(request.context, {
        clusterId: await clusterOf(request),
        groupId: id,
        change: (group) => ({
          ...group,
          ...defined({ name, description, priority }),
          ...readAffinityRules(body, group),
          members,
        }),
      });
      return answer(request, updated);
    },
  },
  {
    method: "DELETE",
    path: `${path}/:affinityGroup`,
    async handle(request) {
      await removeAffinityGroup(request.context, {
        clusterId: await clusterOf(request),
        groupId: pathId<AffinityGroupId>("affinity group", param(request, "affinityGroup")),
      });
      return completed();
    },
  },
]);

/** @throws NotFound when the caller may not see the cluster, or it is not in the data center of the path. */
export async function clusterOf({ inventory, params }: RestRequest): Promise<ClusterId> {
  const cluster = await inventory.cluster(param({ params }, "cluster"));
  const dataCenter = params["dataCenter"];
  if (dataCenter !== undefined && (await inventory.dataCenter(dataCenter)).id !== cluster.dataCenterId) {
    throw new NotFound("cluster", cluster.id);
  }
  return cluster.id;
}

/** @throws NotFound */
export async function affinityGroupOf(request: RestRequest): Promise<AffinityGroup> {
  const clusterId = await clusterOf(request);
  const groupId = pathId<AffinityGroupId>("affinity group", param(request, "affinityGroup"));
  const group = await getAffinityGroup(request.context.db, groupId);
  if (group.clusterId !== clusterId) throw new NotFound("affinity group", groupId);
  return group;
}

async function answer(request: RestRequest, group: AffinityGroup, outcome: "done" | "created" = "done") {
  const [rendered] = await render(request, [group]);
  return entity("affinity_group", rendered ?? {}, outcome);
}

async function render(request: RestRequest, groups: readonly AffinityGroup[]): Promise<RestAffinityGroup[]> {
  if (groups.length === 0) return [];
  const { context, inventory, links } = request;
  const labels = await listAffinityLabels(context.db);
  const whole = new Map(groups.map((group) => [group.id, withLabelled(group, labels)]));
  const vmIds = [...new Set([...whole.values()].flatMap(({ members }) => members.vmIds))];
  const running = (await listVms(context.db, { ids: vmIds })).flatMap(({ id, run }) =>
    run.hostId === undefined ? [] : [[id, run.hostId] as const],
  );
  const hostOf = new Map<VmId, HostId>(running);
  const vms = new Set((await inventory.vms({ ids: vmIds })).map(({ id }) => id));
  const hosts = new Set((await inventory.hosts()).map(({ id }) => id));
  return groups.map((group) => {
    const members = {
      ...group.members,
      vmIds: group.members.vmIds.filter((id) => vms.has(id)),
      hostIds: group.members.hostIds.filter((id) => hosts.has(id)),
    };
    return renderAffinityGroup({ ...group, members }, isBroken(whole.get(group.id) ?? group, hostOf), links);
  });
}

/** A list that a body has replaces the one that was. */
async function readMembers(
  { inventory, context }: RestRequest,
  body: RestAffinityGroup,
  before: AffinityMembers,
): Promise<AffinityMembers> {
  const labels = () => listAffinityLabels(context.db);
  return {
    vmIds: (await readIds("vm", body.vms, () => inventory.vms())) ?? before.vmIds,
    hostIds: (await readIds("host", body.hosts, () => inventory.hosts())) ?? before.hostIds,
    vmLabelIds: (await readIds("affinity label", body.vm_labels, labels)) ?? before.vmLabelIds,
    hostLabelIds: (await readIds("affinity label", body.host_labels, labels)) ?? before.hostLabelIds,
  };
}

async function readIds<T extends { readonly id: string; readonly name: string }>(
  noun: "vm" | "host" | "affinity label",
  references: readonly BodyReference[] | undefined,
  all: () => Promise<readonly T[]>,
): Promise<T["id"][] | undefined> {
  if (references === undefined) return undefined;
  const missing = { type: "AffinityGroup", member: noun.replace(" ", "_"), operation: "add" } as const;
  const found: T["id"][] = [];
  for (const reference of references) found.push((await getReferenced(noun, reference, all, missing)).id);
  return found;
}

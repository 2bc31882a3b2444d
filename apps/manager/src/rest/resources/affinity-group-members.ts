import { listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import type { AffinityGroup, AffinityMembers } from "../../domain/affinity/affinity-group.ts";
import { NotFound, type Noun, refuseIf } from "../../domain/errors.ts";
import { updateAffinityGroup } from "../../operations/affinity-groups/update-affinity-group.ts";
import type { Links, Reference } from "../links.ts";
import { findReferenced } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";
import { affinityGroupOf, clusterOf } from "./affinity-groups.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** One of the four lists of an affinity group. */
interface MemberKind {
  /** As it stands in the path, and where each of them is in the API. */
  readonly path: string;
  readonly home: string;
  readonly member: keyof AffinityMembers;
  readonly type: "vm" | "host" | "affinity_label";
  readonly noun: Noun & ("vm" | "host" | "affinity label");
  /** "Provided VM is invalid" */
  readonly word: string;
  visible(request: RestRequest): Promise<readonly Named[]>;
}

const labels = ({ context }: RestRequest) => listAffinityLabels(context.db);

const kinds: readonly MemberKind[] = [
  {
    path: "vms",
    home: "vms",
    member: "vmIds",
    type: "vm",
    noun: "vm",
    word: "VM",
    visible: ({ inventory }) => inventory.vms(),
  },
  {
    path: "hosts",
    home: "hosts",
    member: "hostIds",
    type: "host",
    noun: "host",
    word: "Host",
    visible: ({ inventory }) => inventory.hosts(),
  },
  {
    path: "vmlabels",
    home: "affinitylabels",
    member: "vmLabelIds",
    type: "affinity_label",
    noun: "affinity label",
    word: "label",
    visible: labels,
  },
  {
    path: "hostlabels",
    home: "affinitylabels",
    member: "hostLabelIds",
    type: "affinity_label",
    noun: "affinity label",
    word: "label",
    visible: labels,
  },
];

const groups = [
  "/clusters/:cluster/affinitygroups/:affinityGroup",
  "/datacenters/:dataCenter/clusters/:cluster/affinitygroups/:affinityGroup",
];

export const affinityGroupMemberRoutes: readonly Route[] = groups.flatMap((group) =>
  kinds.flatMap((kind) => routesOf(kind, `${group}/${kind.path}`)),
);

function routesOf(kind: MemberKind, path: string): Route[] {
  return [
    {
      method: "GET",
      path,
      async handle(request) {
        const ids: readonly string[] = (await affinityGroupOf(request)).members[kind.member];
        const members = (await kind.visible(request)).filter(({ id }) => ids.includes(id));
        return list(
          kind.type,
          cutList(request, members).map((each) => render(kind, each, request.links)),
        );
      },
    },
    {
      method: "POST",
      path,
      async handle(request) {
        const group = await affinityGroupOf(request);
        const found = await findReferenced(kind.noun, request.read(kind.type), () => kind.visible(request));
        if (found === undefined) throw new MissingMember(typeName(kind), ["id|name"], "add");
        await change(request, group, kind, (ids) => {
          refuseIf("Cannot edit Affinity Group.", ids.includes(found.id) ? [`Duplicate ${kind.word}.`] : []);
          return [...ids, found.id];
        });
        return entity(kind.type, render(kind, found, request.links), "created");
      },
    },
    {
      method: "DELETE",
      path: `${path}/:member`,
      async handle(request) {
        const memberId = param(request, "member").toLowerCase();
        await change(request, await affinityGroupOf(request), kind, (ids) => {
          if (!ids.includes(memberId)) throw new NotFound(kind.noun, memberId.slice(0, 80));
          return ids.filter((id) => id !== memberId);
        });
        return completed();
      },
    },
  ];
}

function render({ home }: MemberKind, { id, name }: Named, links: Links): Reference & Named {
  return { ...links.ref(home, id), name };
}

function typeName({ type }: MemberKind): string {
  return { vm: "Vm", host: "Host", affinity_label: "AffinityLabel" }[type];
}

/** Changes one list of a group, as it is when it is written. */
async function change(
  request: RestRequest,
  { id: groupId }: AffinityGroup,
  { member }: MemberKind,
  to: (ids: readonly string[]) => readonly string[],
): Promise<void> {
  await updateAffinityGroup(request.context, {
    clusterId: await clusterOf(request),
    groupId,
    change: (group) => ({ ...group, members: { ...group.members, [member]: to(group.members[member]) } }),
  });
}

import type { Db } from "../../db/database.ts";
import { listAffinityGroups } from "../../db/queries/affinity-groups.ts";
import { listAffinityLabels } from "../../db/queries/affinity-labels.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import { listVms } from "../../db/queries/vms.ts";
import { type AffinityGroup, affinityConflicts, withLabelled } from "../../domain/affinity/affinity-group.ts";
import type { AffinityLabelId } from "../../domain/affinity/affinity-label.ts";
import { nameProblems } from "../../domain/names.ts";

/** Why there cannot be such a group, by itself; none when there can. Pure. */
export function affinityGroupTextProblems(group: Pick<AffinityGroup, "name" | "priority">): string[] {
  return [
    ...nameProblems("Affinity Group", group.name),
    ...(Number.isFinite(group.priority) && group.priority >= 0
      ? []
      : ["The priority of an Affinity Group is a number that is not negative."]),
  ];
}

/** Why it cannot be beside all else that there is, in the state of this transaction; none when it can. */
export async function affinityGroupProblems(db: Db, group: AffinityGroup): Promise<string[]> {
  const namesakes = await listAffinityGroups(db, { name: group.name });
  if (namesakes.some(({ id }) => id !== group.id)) return ["Affinity Group name already exists."];
  const labels = await listAffinityLabels(db);
  const problems = await memberProblems(db, group);
  if (problems.length > 0) return problems;
  const { vmLabelIds, hostLabelIds } = group.members;
  if (![...vmLabelIds, ...hostLabelIds].every((id) => labels.some((label) => label.id === id))) {
    return ["Provided label is invalid (does not exist)."];
  }
  const others = (await listAffinityGroups(db, { clusterId: group.clusterId })).filter(({ id }) => id !== group.id);
  return affinityConflicts([...others, group].map((each) => withLabelled(each, labels)));
}

/** Why the groups that a label is in cannot be kept with what has it now; none when they can. */
export async function affinityGroupsOfLabelProblems(db: Db, labelId: AffinityLabelId): Promise<string[]> {
  const labels = await listAffinityLabels(db);
  const groups = await listAffinityGroups(db);
  const clusters = new Set(
    groups.filter(({ members }) => members.vmLabelIds.includes(labelId)).map(({ clusterId }) => clusterId),
  );
  return [...clusters].flatMap((cluster) =>
    affinityConflicts(
      groups.filter(({ clusterId }) => clusterId === cluster).map((group) => withLabelled(group, labels)),
    ),
  );
}

async function memberProblems(db: Db, { clusterId, members }: AffinityGroup): Promise<string[]> {
  const { vmIds, hostIds } = members;
  const vms = new Map((await listVms(db, { ids: vmIds })).map((vm) => [vm.id as string, vm]));
  const hosts = new Map((await listHosts(db)).map((host) => [host.id as string, host]));
  const problems = new Set<string>();
  const look = (
    entity: string,
    id: string,
    found: { readonly clusterId: string } | undefined,
    all: readonly string[],
  ) => {
    if (found === undefined) problems.add(`Provided ${entity} is invalid (does not exist).`);
    else if (found.clusterId !== clusterId) problems.add(`Provided ${entity} resides in another Cluster.`);
    if (all.indexOf(id) !== all.lastIndexOf(id)) problems.add(`Duplicate ${entity}.`);
  };
  for (const id of vmIds) look("VM", id, vms.get(id), vmIds);
  for (const id of hostIds) look("Host", id, hosts.get(id), hostIds);
  return [...problems];
}

import type { ClusterId, HostId, VmId } from "@yagura/std/ids.ts";
import type {
  AffinityGroup,
  AffinityGroupId,
  AffinityMembers,
  AffinityPolarity,
} from "../../domain/affinity/affinity-group.ts";
import type { AffinityLabelId } from "../../domain/affinity/affinity-label.ts";
import { NotFound } from "../../domain/errors.ts";
import { toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { AffinityGroupMemberRow, AffinityGroupRow } from "../schema.ts";

/** In two queries, however many there are. */
export async function listAffinityGroups(
  db: Db,
  filter: { id?: AffinityGroupId; clusterId?: ClusterId; name?: string } = {},
): Promise<AffinityGroup[]> {
  let groups = db.selectFrom("affinityGroups").selectAll().orderBy("name");
  if (filter.id !== undefined) groups = groups.where("id", "=", filter.id);
  if (filter.clusterId !== undefined) groups = groups.where("clusterId", "=", filter.clusterId);
  if (filter.name !== undefined) groups = groups.where("name", "=", filter.name);
  const rows = await groups.execute();
  if (rows.length === 0) return [];
  const members = await db
    .selectFrom("affinityGroupMembers")
    .selectAll()
    .where(
      "affinityGroupId",
      "in",
      rows.map(({ id }) => id),
    )
    .orderBy("memberId")
    .execute();
  const byGroup = Map.groupBy(members, ({ affinityGroupId }) => affinityGroupId);
  return rows.map((row) => toGroup(row, byGroup.get(row.id) ?? []));
}

/** @throws NotFound */
export async function getAffinityGroup(db: Db, groupId: AffinityGroupId): Promise<AffinityGroup> {
  const [found] = await listAffinityGroups(db, { id: groupId });
  if (found === undefined) throw new NotFound("affinity group", groupId);
  return found;
}

/** Replaces one of the same id, with its members. */
export async function putAffinityGroup(tx: Tx, group: AffinityGroup): Promise<void> {
  const { id, vmsRule, hostsRule, members } = group;
  const columns = {
    name: group.name,
    description: group.description,
    clusterId: group.clusterId,
    priority: group.priority,
    vmsRule: vmsRule.polarity,
    vmsEnforcing: toBit(vmsRule.isEnforcing),
    hostsRule: hostsRule.polarity,
    hostsEnforcing: toBit(hostsRule.isEnforcing),
  };
  await tx
    .insertInto("affinityGroups")
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
    .execute();
  await tx.deleteFrom("affinityGroupMembers").where("affinityGroupId", "=", id).execute();
  const rows = Object.entries(idsOf(members)).flatMap(([kind, ids]) =>
    ids.map((memberId) => ({ affinityGroupId: id, kind, memberId })),
  );
  if (rows.length > 0) await tx.insertInto("affinityGroupMembers").values(rows).execute();
}

export async function deleteAffinityGroup(tx: Tx, groupId: AffinityGroupId): Promise<void> {
  await tx.deleteFrom("affinityGroupMembers").where("affinityGroupId", "=", groupId).execute();
  await tx.deleteFrom("affinityGroups").where("id", "=", groupId).execute();
}

type MemberKind = "vm" | "host" | "vm_label" | "host_label";

function idsOf({ vmIds, hostIds, vmLabelIds, hostLabelIds }: AffinityMembers): Record<MemberKind, readonly string[]> {
  return { vm: vmIds, host: hostIds, vm_label: vmLabelIds, host_label: hostLabelIds };
}

function toGroup(row: AffinityGroupRow, members: readonly AffinityGroupMemberRow[]): AffinityGroup {
  const ids = (wanted: MemberKind) => members.filter(({ kind }) => kind === wanted).map(({ memberId }) => memberId);
  return {
    id: row.id as AffinityGroupId,
    name: row.name,
    description: row.description,
    clusterId: row.clusterId as ClusterId,
    priority: row.priority,
    vmsRule: { polarity: row.vmsRule as AffinityPolarity, isEnforcing: row.vmsEnforcing === 1 },
    hostsRule: { polarity: row.hostsRule as AffinityPolarity, isEnforcing: row.hostsEnforcing === 1 },
    members: {
      vmIds: ids("vm") as VmId[],
      hostIds: ids("host") as HostId[],
      vmLabelIds: ids("vm_label") as AffinityLabelId[],
      hostLabelIds: ids("host_label") as AffinityLabelId[],
    },
  };
}

import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { AffinityLabel, AffinityLabelId, LabelledType } from "../../domain/affinity/affinity-label.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Db, Tx } from "../database.ts";
import type { AffinityLabelMemberRow, AffinityLabelRow } from "../schema.ts";

/** In two queries, however many there are. */
export async function listAffinityLabels(db: Db, filter: { id?: AffinityLabelId } = {}): Promise<AffinityLabel[]> {
  let labels = db.selectFrom("affinityLabels").selectAll().orderBy("name");
  let members = db.selectFrom("affinityLabelMembers").selectAll().orderBy("memberId");
  if (filter.id !== undefined) {
    labels = labels.where("id", "=", filter.id);
    members = members.where("affinityLabelId", "=", filter.id);
  }
  const rows = await labels.execute();
  if (rows.length === 0) return [];
  const byLabel = Map.groupBy(await members.execute(), ({ affinityLabelId }) => affinityLabelId);
  return rows.map((row) => toLabel(row, byLabel.get(row.id) ?? []));
}

/** @throws NotFound */
export async function getAffinityLabel(db: Db, labelId: AffinityLabelId): Promise<AffinityLabel> {
  const [found] = await listAffinityLabels(db, { id: labelId });
  if (found === undefined) throw new NotFound("affinity label", labelId);
  return found;
}

export async function insertAffinityLabel(tx: Tx, { id, name, vmIds, hostIds }: AffinityLabel): Promise<void> {
  await tx.insertInto("affinityLabels").values({ id, name }).execute();
  for (const vmId of vmIds) await ensureLabelled(tx, id, { type: "vm", id: vmId });
  for (const hostId of hostIds) await ensureLabelled(tx, id, { type: "host", id: hostId });
}

export async function renameAffinityLabel(tx: Tx, labelId: AffinityLabelId, name: string): Promise<void> {
  await tx.updateTable("affinityLabels").set({ name }).where("id", "=", labelId).execute();
}

/** Also takes it out of the affinity groups. */
export async function deleteAffinityLabel(tx: Tx, labelId: AffinityLabelId): Promise<void> {
  await tx
    .deleteFrom("affinityGroupMembers")
    .where("kind", "in", ["vm_label", "host_label"])
    .where("memberId", "=", labelId)
    .execute();
  await tx.deleteFrom("affinityLabelMembers").where("affinityLabelId", "=", labelId).execute();
  await tx.deleteFrom("affinityLabels").where("id", "=", labelId).execute();
}

interface Labelled {
  readonly type: LabelledType;
  readonly id: string;
}

/** Does nothing when it has the label. */
export async function ensureLabelled(tx: Tx, labelId: AffinityLabelId, { type, id }: Labelled): Promise<void> {
  await tx
    .insertInto("affinityLabelMembers")
    .values({ affinityLabelId: labelId, kind: type, memberId: id })
    .onConflict((conflict) => conflict.columns(["affinityLabelId", "kind", "memberId"]).doNothing())
    .execute();
}

export async function deleteLabelled(tx: Tx, labelId: AffinityLabelId, { type, id }: Labelled): Promise<void> {
  await tx
    .deleteFrom("affinityLabelMembers")
    .where("affinityLabelId", "=", labelId)
    .where("kind", "=", type)
    .where("memberId", "=", id)
    .execute();
}

function toLabel(row: AffinityLabelRow, members: readonly AffinityLabelMemberRow[]): AffinityLabel {
  const idsOf = (type: LabelledType) => members.filter(({ kind }) => kind === type).map(({ memberId }) => memberId);
  return {
    id: row.id as AffinityLabelId,
    name: row.name,
    vmIds: idsOf("vm") as VmId[],
    hostIds: idsOf("host") as HostId[],
  };
}

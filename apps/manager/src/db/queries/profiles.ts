import { NotFound } from "../../domain/errors.ts";
import type { Profile, ProfileId, ProfileKind } from "../../domain/profile/profile.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { definedOnly, optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { CpuProfileRow, DiskProfileRow } from "../schema.ts";

/** @throws NotFound */
export async function getProfile(db: Db, kind: ProfileKind, profileId: ProfileId): Promise<Profile> {
  const found = (await listProfiles(db, kind)).find(({ id }) => id === profileId);
  if (found === undefined) throw new NotFound(kind === "cpu" ? "cpu profile" : "disk profile", profileId);
  return found;
}

export async function listProfiles(
  db: Db,
  kind: ProfileKind,
  filter: { readonly ownerId?: string } = {},
): Promise<Profile[]> {
  const { ownerId } = filter;
  if (kind === "cpu") {
    let query = db.selectFrom("cpuProfiles").selectAll().orderBy("name").orderBy("id");
    if (ownerId !== undefined) query = query.where("clusterId", "=", ownerId);
    return (await query.execute()).map((row) => toProfile("cpu", row, row.clusterId));
  }
  let query = db.selectFrom("diskProfiles").selectAll().orderBy("name").orderBy("id");
  if (ownerId !== undefined) query = query.where("storageDomainId", "=", ownerId);
  return (await query.execute()).map((row) => toProfile("disk", row, row.storageDomainId));
}

/** Does nothing when it is there. */
export async function ensureProfile(tx: Tx, { kind, ownerId, qosId, ...profile }: Profile): Promise<void> {
  if (kind === "cpu") {
    await tx
      .insertInto("cpuProfiles")
      .values({ ...profile, clusterId: ownerId, qosId: qosId ?? null })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  } else {
    await tx
      .insertInto("diskProfiles")
      .values({ ...profile, storageDomainId: ownerId, qosId: qosId ?? null })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
}

export interface ProfileChanges {
  readonly name?: string;
  readonly description?: string;
  readonly qosId?: QosId | null;
}

export async function updateProfile(
  tx: Tx,
  { kind, id }: Pick<Profile, "kind" | "id">,
  changes: ProfileChanges,
): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable(tables[kind]).set(columns).where("id", "=", id).execute();
}

export async function deleteProfile(tx: Tx, { kind, id }: Pick<Profile, "kind" | "id">): Promise<void> {
  await tx.deleteFrom(tables[kind]).where("id", "=", id).execute();
}

const tables = { cpu: "cpuProfiles", disk: "diskProfiles" } as const;

function toProfile(
  kind: ProfileKind,
  row: Omit<CpuProfileRow | DiskProfileRow, "clusterId">,
  ownerId: string,
): Profile {
  return {
    kind,
    id: row.id as ProfileId,
    name: row.name,
    description: row.description,
    ownerId,
    ...optional("qosId", row.qosId as QosId | null),
  };
}

import type { NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { VnicProfileRow } from "../schema.ts";

export async function findVnicProfile(db: Db, vnicProfileId: VnicProfileId): Promise<VnicProfile | undefined> {
  const row = await db.selectFrom("vnicProfiles").selectAll().where("id", "=", vnicProfileId).executeTakeFirst();
  return row && toVnicProfile(row);
}

/** @throws NotFound */
export async function getVnicProfile(db: Db, vnicProfileId: VnicProfileId): Promise<VnicProfile> {
  const found = await findVnicProfile(db, vnicProfileId);
  if (found === undefined) throw new NotFound("vnic profile", vnicProfileId);
  return found;
}

export async function listVnicProfiles(db: Db, filter: { networkId?: NetworkId } = {}): Promise<VnicProfile[]> {
  let query = db.selectFrom("vnicProfiles").selectAll().orderBy("name").orderBy("id");
  if (filter.networkId !== undefined) query = query.where("networkId", "=", filter.networkId);
  return (await query.execute()).map(toVnicProfile);
}

export async function insertVnicProfile(tx: Tx, profile: VnicProfile): Promise<void> {
  await tx
    .insertInto("vnicProfiles")
    .values({
      ...profile,
      hasPortMirroring: toBit(profile.hasPortMirroring),
      networkFilter: profile.networkFilter ?? null,
      qosId: profile.qosId ?? null,
    })
    .execute();
}

export interface VnicProfileChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly networkFilter?: string | null;
  readonly qosId?: QosId | null;
}

export async function updateVnicProfile(
  tx: Tx,
  vnicProfileId: VnicProfileId,
  changes: VnicProfileChanges,
): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("vnicProfiles").set(columns).where("id", "=", vnicProfileId).execute();
}

export async function deleteVnicProfile(tx: Tx, vnicProfileId: VnicProfileId): Promise<void> {
  await tx.deleteFrom("vnicProfiles").where("id", "=", vnicProfileId).execute();
}

function toVnicProfile(row: VnicProfileRow): VnicProfile {
  return {
    id: row.id as VnicProfileId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    networkId: row.networkId as NetworkId,
    hasPortMirroring: row.hasPortMirroring === 1,
    ...optional("networkFilter", row.networkFilter),
    ...optional("qosId", row.qosId as QosId | null),
  };
}

import type { NetworkId, VnicProfileId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { VnicProfile } from "../../domain/network/network.ts";
import { definedOnly, toBit } from "../columns.ts";
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
    .values({ ...profile, hasPortMirroring: toBit(profile.hasPortMirroring) })
    .execute();
}

export async function updateVnicProfile(
  tx: Tx,
  vnicProfileId: VnicProfileId,
  changes: { readonly name?: string; readonly description?: string; readonly comment?: string },
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
  };
}

import type { NicId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { FilterParameter, FilterParameterId } from "../../domain/nic/filter-parameter.ts";
import type { Db, Tx } from "../database.ts";
import type { NetworkFilterParameterRow } from "../schema.ts";

/** By name. */
export async function listFilterParameters(
  db: Db,
  { nicIds }: { readonly nicIds: readonly NicId[] },
): Promise<FilterParameter[]> {
  if (nicIds.length === 0) return [];
  const rows = await db
    .selectFrom("networkFilterParameters")
    .selectAll()
    .where("nicId", "in", nicIds)
    .orderBy("name")
    .orderBy("id")
    .execute();
  return rows.map(toFilterParameter);
}

/** @throws NotFound also when it is one of another NIC. */
export async function getFilterParameter(db: Db, nicId: NicId, id: FilterParameterId): Promise<FilterParameter> {
  const found = (await listFilterParameters(db, { nicIds: [nicId] })).find((each) => each.id === id);
  if (found === undefined) throw new NotFound("network filter parameter", id);
  return found;
}

export async function insertFilterParameter(tx: Tx, parameter: FilterParameter): Promise<void> {
  await tx.insertInto("networkFilterParameters").values(parameter).execute();
}

export async function updateFilterParameter(tx: Tx, { id, name, value }: FilterParameter): Promise<void> {
  await tx.updateTable("networkFilterParameters").set({ name, value }).where("id", "=", id).execute();
}

export async function deleteFilterParameter(tx: Tx, id: FilterParameterId): Promise<void> {
  await tx.deleteFrom("networkFilterParameters").where("id", "=", id).execute();
}

function toFilterParameter({ id, nicId, name, value }: NetworkFilterParameterRow): FilterParameter {
  return { id: id as FilterParameterId, nicId: nicId as NicId, name, value };
}

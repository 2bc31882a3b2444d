import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { NotFound } from "../../domain/errors.ts";
import type { MacPool, MacRange } from "../../domain/mac-pool/mac-pool.ts";
import { definedOnly, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { MacPoolRow } from "../schema.ts";

/** @throws NotFound */
export async function getMacPool(db: Db, macPoolId: MacPoolId): Promise<MacPool> {
  const row = await db.selectFrom("macPools").selectAll().where("id", "=", macPoolId).executeTakeFirst();
  if (row === undefined) throw new NotFound("mac pool", macPoolId);
  return toMacPool(row);
}

/** The pool of data centers that name none. @throws NotFound when the database was never seeded. */
export async function getDefaultMacPool(db: Db): Promise<MacPool> {
  const row = await db.selectFrom("macPools").selectAll().where("isDefault", "=", 1).executeTakeFirst();
  if (row === undefined) throw new NotFound("mac pool", "Default");
  return toMacPool(row);
}

export async function listMacPools(db: Db): Promise<MacPool[]> {
  return (await db.selectFrom("macPools").selectAll().orderBy("name").execute()).map(toMacPool);
}

export async function insertMacPool(tx: Tx, pool: MacPool): Promise<void> {
  await tx
    .insertInto("macPools")
    .values({
      ...pool,
      isDefault: toBit(pool.isDefault),
      allowsDuplicates: toBit(pool.allowsDuplicates),
      ranges: JSON.stringify(pool.ranges),
    })
    .execute();
}

export async function updateMacPool(
  tx: Tx,
  macPoolId: MacPoolId,
  { allowsDuplicates, ranges, ...texts }: Partial<Omit<MacPool, "id" | "isDefault">>,
): Promise<void> {
  const columns = {
    ...definedOnly(texts),
    ...(allowsDuplicates !== undefined && { allowsDuplicates: toBit(allowsDuplicates) }),
    ...(ranges !== undefined && { ranges: JSON.stringify(ranges) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("macPools").set(columns).where("id", "=", macPoolId).execute();
}

export async function deleteMacPool(tx: Tx, macPoolId: MacPoolId): Promise<void> {
  await tx.deleteFrom("macPools").where("id", "=", macPoolId).execute();
}

function toMacPool(row: MacPoolRow): MacPool {
  return {
    id: row.id as MacPoolId,
    name: row.name,
    description: row.description,
    isDefault: row.isDefault === 1,
    allowsDuplicates: row.allowsDuplicates === 1,
    ranges: JSON.parse(row.ranges) as MacRange[],
  };
}

import type { VmId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { InstanceNic, InstanceType, InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import { hardwareDefaults, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import type { Db, Tx } from "../database.ts";
import type { InstanceTypeRow } from "../schema.ts";

export async function listInstanceTypes(db: Db): Promise<InstanceType[]> {
  return (await db.selectFrom("instanceTypes").selectAll().orderBy("name").execute()).map(toInstanceType);
}

export async function findInstanceType(db: Db, typeId: InstanceTypeId): Promise<InstanceType | undefined> {
  const row = await db.selectFrom("instanceTypes").selectAll().where("id", "=", typeId).executeTakeFirst();
  return row && toInstanceType(row);
}

/** @throws NotFound */
export async function getInstanceType(db: Db, typeId: InstanceTypeId): Promise<InstanceType> {
  const found = await findInstanceType(db, typeId);
  if (found === undefined) throw new NotFound("instance type", typeId);
  return found;
}

/** Replaces one of the same id. */
export async function putInstanceType(tx: Tx, { id, hardware, nics, ...plain }: InstanceType): Promise<void> {
  const columns = { ...plain, hardware: JSON.stringify(hardware), nics: JSON.stringify(nics) };
  await tx
    .insertInto("instanceTypes")
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
    .execute();
}

/** The VMs that were of it keep their size, and are of none. */
export async function deleteInstanceType(tx: Tx, typeId: InstanceTypeId): Promise<void> {
  await tx.updateTable("vms").set({ instanceTypeId: null }).where("instanceTypeId", "=", typeId).execute();
  await tx.deleteFrom("instanceTypes").where("id", "=", typeId).execute();
}

export async function listVmIdsOfType(db: Db, typeId: InstanceTypeId): Promise<VmId[]> {
  const rows = await db.selectFrom("vms").select("id").where("instanceTypeId", "=", typeId).execute();
  return rows.map(({ id }) => id as VmId);
}

function toInstanceType(row: InstanceTypeRow): InstanceType {
  return {
    id: row.id as InstanceTypeId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    hardware: { ...hardwareDefaults, ...(JSON.parse(row.hardware) as Partial<VmHardware>) },
    nics: JSON.parse(row.nics) as InstanceNic[],
    createdAtMs: row.createdAtMs,
  };
}

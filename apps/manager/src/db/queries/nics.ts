import type { NicId, TemplateId, VmId, VnicProfileId } from "@yagura/std/ids.ts";
import type { MacPoolId } from "../../domain/data-center/data-center.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Nic, NicInterface } from "../../domain/nic/nic.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { NicRow } from "../schema.ts";

/** By name. */
export async function listNics(
  db: Db,
  filter: {
    vmId?: VmId;
    vmIds?: readonly VmId[];
    templateId?: TemplateId;
    templateIds?: readonly TemplateId[];
    vnicProfileId?: VnicProfileId;
  },
): Promise<Nic[]> {
  let query = db.selectFrom("nics").selectAll().orderBy("name").orderBy("id");
  if (filter.vmId !== undefined) query = query.where("vmId", "=", filter.vmId);
  if (filter.vmIds !== undefined) {
    if (filter.vmIds.length === 0) return [];
    query = query.where("vmId", "in", filter.vmIds);
  }
  if (filter.templateIds !== undefined) {
    if (filter.templateIds.length === 0) return [];
    query = query.where("templateId", "in", filter.templateIds);
  }
  if (filter.templateId !== undefined) query = query.where("templateId", "=", filter.templateId);
  if (filter.vnicProfileId !== undefined) query = query.where("vnicProfileId", "=", filter.vnicProfileId);
  return (await query.execute()).map(toNic);
}

/** @throws NotFound also when it is the NIC of another owner. */
export async function getNic(db: Db, owner: Nic["owner"], nicId: NicId): Promise<Nic> {
  const found = (await listNics(db, owner)).find((nic) => nic.id === nicId);
  if (found === undefined) throw new NotFound("nic", nicId);
  return found;
}

export async function listTakenMacs(db: Db): Promise<Set<string>> {
  const rows = await db.selectFrom("nics").select("macAddress").where("macAddress", "is not", null).execute();
  return new Set(rows.flatMap((row) => row.macAddress ?? []));
}

/** Addresses that more than one NIC of VMs in clusters with this pool has. */
export async function listDuplicateMacs(db: Db, macPoolId: MacPoolId): Promise<string[]> {
  const rows = await db
    .selectFrom("nics")
    .innerJoin("vms", "vms.id", "nics.vmId")
    .innerJoin("clusters", "clusters.id", "vms.clusterId")
    .select("nics.macAddress")
    .where("clusters.macPoolId", "=", macPoolId)
    .where("nics.macAddress", "in", (among) =>
      among
        .selectFrom("nics as others")
        .select("others.macAddress")
        .groupBy("others.macAddress")
        .having((group) => group.fn.countAll(), ">", 1),
    )
    .execute();
  return [...new Set(rows.flatMap(({ macAddress }) => macAddress ?? []))];
}

/** Does nothing when it is there. */
export async function ensureNic(tx: Tx, nic: Nic): Promise<void> {
  await tx
    .insertInto("nics")
    .values({
      id: nic.id,
      vmId: "vmId" in nic.owner ? nic.owner.vmId : null,
      templateId: "templateId" in nic.owner ? nic.owner.templateId : null,
      name: nic.name,
      interface: nic.interface,
      macAddress: nic.macAddress ?? null,
      vnicProfileId: nic.vnicProfileId ?? null,
      isLinked: toBit(nic.isLinked),
      isPlugged: toBit(nic.isPlugged),
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

export interface NicChanges {
  readonly name?: string;
  readonly interface?: NicInterface;
  readonly macAddress?: string;
  readonly vnicProfileId?: VnicProfileId | null;
  readonly isLinked?: boolean;
  readonly isPlugged?: boolean;
}

export async function updateNic(tx: Tx, nicId: NicId, { isLinked, isPlugged, ...plain }: NicChanges): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(isLinked !== undefined && { isLinked: toBit(isLinked) }),
    ...(isPlugged !== undefined && { isPlugged: toBit(isPlugged) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("nics").set(columns).where("id", "=", nicId).execute();
}

export async function deleteNic(tx: Tx, nicId: NicId): Promise<void> {
  await tx.deleteFrom("nics").where("id", "=", nicId).execute();
}

function toNic(row: NicRow): Nic {
  return {
    id: row.id as NicId,
    owner: row.vmId === null ? { templateId: row.templateId as TemplateId } : { vmId: row.vmId as VmId },
    name: row.name,
    interface: row.interface as NicInterface,
    ...optional("macAddress", row.macAddress),
    ...optional("vnicProfileId", row.vnicProfileId as VnicProfileId | null),
    isLinked: row.isLinked === 1,
    isPlugged: row.isPlugged === 1,
  };
}

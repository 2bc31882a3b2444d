import type { DataCenterStatus } from "@yagura/lifecycles";
import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import {
  type DataCenter,
  defaultIoTimeout,
  type IoTimeoutSeconds,
  type MacPoolId,
  type QuotaMode,
} from "../../domain/data-center/data-center.ts";
import { NotFound } from "../../domain/errors.ts";
import { definedOnly, optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { DataCenterRow } from "../schema.ts";

export async function findDataCenter(db: Db, dataCenterId: DataCenterId): Promise<DataCenter | undefined> {
  const row = await db.selectFrom("dataCenters").selectAll().where("id", "=", dataCenterId).executeTakeFirst();
  return row && toDataCenter(row);
}

/** @throws NotFound */
export async function getDataCenter(db: Db, dataCenterId: DataCenterId): Promise<DataCenter> {
  const found = await findDataCenter(db, dataCenterId);
  if (found === undefined) throw new NotFound("data center", dataCenterId);
  return found;
}

export async function findDataCenterByName(db: Db, name: string): Promise<DataCenter | undefined> {
  const row = await db.selectFrom("dataCenters").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toDataCenter(row);
}

export async function listDataCenters(db: Db): Promise<DataCenter[]> {
  const rows = await db.selectFrom("dataCenters").selectAll().orderBy("name").execute();
  return rows.map(toDataCenter);
}

export async function insertDataCenter(
  tx: Tx,
  dataCenter: Omit<DataCenter, "ioTimeoutSeconds" | "quotaMode"> &
    Partial<Pick<DataCenter, "ioTimeoutSeconds" | "quotaMode">>,
): Promise<void> {
  await tx
    .insertInto("dataCenters")
    .values({
      ...dataCenter,
      isLocal: toBit(dataCenter.isLocal),
      spmHostId: dataCenter.spmHostId ?? null,
      spmEpoch: dataCenter.spmEpoch ?? null,
      spmSinceMs: dataCenter.spmSinceMs ?? null,
      spmReason: dataCenter.spmReason ?? null,
      spmContenderId: dataCenter.spmContenderId ?? null,
      spmWishId: dataCenter.spmWishId ?? null,
      ioTimeoutSeconds: dataCenter.ioTimeoutSeconds ?? defaultIoTimeout,
      quotaMode: dataCenter.quotaMode ?? "disabled",
    })
    .execute();
}

export interface DataCenterChanges {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly status?: DataCenterStatus;
  readonly compatibilityVersion?: string;
  readonly masterVersion?: number;
  readonly spmHostId?: HostId | null;
  readonly spmEpoch?: number | null;
  readonly spmSinceMs?: number | null;
  readonly spmReason?: string | null;
  readonly spmContenderId?: HostId | null;
  readonly spmWishId?: HostId | null;
  readonly ioTimeoutSeconds?: IoTimeoutSeconds;
  readonly quotaMode?: QuotaMode;
  readonly macPoolId?: MacPoolId;
}

/** Another host as manager of the storage is one of another epoch: that, and why, is then unknown unless it is told too. */
export async function updateDataCenter(tx: Tx, dataCenterId: DataCenterId, changes: DataCenterChanges): Promise<void> {
  const forgotten = changes.spmHostId === undefined ? {} : { spmEpoch: null, spmSinceMs: null, spmReason: null };
  const columns = { ...forgotten, ...definedOnly(changes) };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("dataCenters").set(columns).where("id", "=", dataCenterId).execute();
}

export async function deleteDataCenter(tx: Tx, dataCenterId: DataCenterId): Promise<void> {
  await tx.deleteFrom("dataCenters").where("id", "=", dataCenterId).execute();
}

function toDataCenter(row: DataCenterRow): DataCenter {
  return {
    id: row.id as DataCenterId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    isLocal: row.isLocal === 1,
    status: row.status as DataCenterStatus,
    compatibilityVersion: row.compatibilityVersion,
    macPoolId: row.macPoolId as MacPoolId,
    masterVersion: row.masterVersion,
    ...optional("spmHostId", row.spmHostId as HostId | null),
    ...optional("spmEpoch", row.spmEpoch),
    ...optional("spmSinceMs", row.spmSinceMs),
    ...optional("spmReason", row.spmReason),
    ...optional("spmContenderId", row.spmContenderId as HostId | null),
    ...optional("spmWishId", row.spmWishId as HostId | null),
    ioTimeoutSeconds: row.ioTimeoutSeconds as IoTimeoutSeconds,
    quotaMode: row.quotaMode as QuotaMode,
  };
}

import type { UserId } from "@yagura/std/ids.ts";
import type { AuditEvent, EventSeverity } from "../../domain/event/event.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { EventRow } from "../schema.ts";

/** An event that has no id yet. */
export type StoredEvent = {
  readonly [Key in Exclude<keyof AuditEvent, "id">]: AuditEvent[Key] | undefined;
} & Pick<AuditEvent, "code" | "severity" | "description" | "timeMs" | "origin">;

/** Returns its id. */
export async function insertEvent(tx: Tx, event: StoredEvent): Promise<number> {
  const row = await tx
    .insertInto("events")
    .values({
      code: event.code,
      severity: event.severity,
      description: event.description,
      timeMs: event.timeMs,
      correlationId: event.correlationId ?? null,
      userId: event.userId ?? null,
      userName: event.userName ?? null,
      vmId: event.vmId ?? null,
      vmName: event.vmName ?? null,
      hostId: event.hostId ?? null,
      hostName: event.hostName ?? null,
      clusterId: event.clusterId ?? null,
      clusterName: event.clusterName ?? null,
      dataCenterId: event.dataCenterId ?? null,
      dataCenterName: event.dataCenterName ?? null,
      storageDomainId: event.storageDomainId ?? null,
      storageDomainName: event.storageDomainName ?? null,
      templateId: event.templateId ?? null,
      templateName: event.templateName ?? null,
      origin: event.origin,
      customId: event.customId ?? null,
      customData: event.customData ?? null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

export interface EventFilter {
  /** Only those after this id. */
  readonly afterId?: number;
  readonly ids?: readonly number[];
  readonly codes?: readonly number[];
  readonly severity?: EventSeverity;
  readonly correlationId?: string;
  readonly vmId?: string;
  readonly hostId?: string;
}

/** The newest first, `countMax` at most. */
export async function listEvents(db: Db, filter: EventFilter, countMax: number): Promise<AuditEvent[]> {
  let query = db.selectFrom("events").selectAll().where("isHidden", "=", 0).orderBy("id", "desc").limit(countMax);
  if (filter.afterId !== undefined) query = query.where("id", ">", filter.afterId);
  if (filter.ids !== undefined) {
    if (filter.ids.length === 0) return [];
    query = query.where("id", "in", filter.ids);
  }
  if (filter.codes !== undefined) {
    if (filter.codes.length === 0) return [];
    query = query.where("code", "in", filter.codes);
  }
  if (filter.severity !== undefined) query = query.where("severity", "=", filter.severity);
  if (filter.correlationId !== undefined) query = query.where("correlationId", "=", filter.correlationId);
  if (filter.vmId !== undefined) query = query.where("vmId", "=", filter.vmId);
  if (filter.hostId !== undefined) query = query.where("hostId", "=", filter.hostId);
  return (await query.execute()).map(toAuditEvent);
}

export async function findEvent(db: Db, eventId: number): Promise<AuditEvent | undefined> {
  const row = await db
    .selectFrom("events")
    .selectAll()
    .where("id", "=", eventId)
    .where("isHidden", "=", 0)
    .executeTakeFirst();
  return row && toAuditEvent(row);
}

/** All after an event in their order, `countMax` at most, also those that are put away: for whoever reads along. */
export function listEventTimes(
  db: Db,
  eventId: number,
  countMax: number,
): Promise<readonly { readonly id: number; readonly timeMs: number }[]> {
  const query = db.selectFrom("events").select(["id", "timeMs"]).where("id", ">", eventId);
  return query.orderBy("id").limit(countMax).execute();
}

/** 0 when there is none. */
export async function lastEventId(db: Db): Promise<number> {
  const row = await db.selectFrom("events").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

/** Whether another program has told this already. */
export async function hasCustomEvent(db: Db, origin: string, customId: number): Promise<boolean> {
  const query = db.selectFrom("events").select("id").where("origin", "=", origin).where("customId", "=", customId);
  return (await query.executeTakeFirst()) !== undefined;
}

/** It is in no list any more, until all are shown again. */
export async function hideEvent(tx: Tx, eventId: number): Promise<void> {
  await tx.updateTable("events").set({ isHidden: 1 }).where("id", "=", eventId).execute();
}

export async function showHiddenEvents(tx: Tx): Promise<void> {
  await tx.updateTable("events").set({ isHidden: 0 }).where("isHidden", "=", 1).execute();
}

/** The oldest of those that happened before `beforeMs`, `countMax` at most. Returns how many. */
export async function deleteOldEvents(tx: Tx, beforeMs: number, countMax: number): Promise<number> {
  const oldest = await tx.selectFrom("events").select(["id", "timeMs"]).orderBy("id").limit(countMax).execute();
  const ids = oldest.filter((row) => row.timeMs < beforeMs).map((row) => row.id);
  if (ids.length > 0) await tx.deleteFrom("events").where("id", "in", ids).execute();
  return ids.length;
}

function toAuditEvent(row: Omit<EventRow, "id" | "isHidden"> & { id: number }): AuditEvent {
  return {
    id: row.id,
    code: row.code,
    severity: row.severity as EventSeverity,
    description: row.description,
    timeMs: row.timeMs,
    ...optional("correlationId", row.correlationId),
    ...optional("userId", row.userId as UserId | null),
    ...optional("userName", row.userName),
    ...optional("vmId", row.vmId),
    ...optional("vmName", row.vmName),
    ...optional("hostId", row.hostId),
    ...optional("hostName", row.hostName),
    ...optional("clusterId", row.clusterId),
    ...optional("clusterName", row.clusterName),
    ...optional("dataCenterId", row.dataCenterId),
    ...optional("dataCenterName", row.dataCenterName),
    ...optional("storageDomainId", row.storageDomainId),
    ...optional("storageDomainName", row.storageDomainName),
    ...optional("templateId", row.templateId),
    ...optional("templateName", row.templateName),
    origin: row.origin,
    ...optional("customId", row.customId),
    ...optional("customData", row.customData),
  };
}

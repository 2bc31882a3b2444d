import type { JobId, SagaId, UserId } from "@yagura/std/ids.ts";
import { optional } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { SagaRow } from "../schema.ts";

/** `stuck`: an undo could not be done; somebody must look. Its locks stay, and the next start of the Manager tries again. */
export type SagaStatus = "running" | "undoing" | "succeeded" | "failed" | "stuck";

export type JournalEvent = "started" | "succeeded" | "failed" | "undo-started" | "undone";

export interface SagaRecord {
  readonly id: SagaId;
  readonly name: string;
  readonly params: unknown;
  readonly status: SagaStatus;
  readonly jobId?: JobId;
  readonly correlationId: string;
  readonly actorId?: UserId;
  readonly error?: string;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
}

export interface JournalEntry {
  readonly number: number;
  readonly step: string;
  readonly event: JournalEvent;
  readonly output: unknown;
  readonly atMs: number;
}

export async function insertSaga(tx: Tx, saga: SagaRecord): Promise<void> {
  await tx
    .insertInto("sagas")
    .values({
      id: saga.id,
      name: saga.name,
      params: JSON.stringify(saga.params ?? null),
      status: saga.status,
      jobId: saga.jobId ?? null,
      correlationId: saga.correlationId,
      actorId: saga.actorId ?? null,
      error: null,
      createdAtMs: saga.createdAtMs,
      endedAtMs: null,
    })
    .execute();
}

/** The job of the saga that holds a resource; none when nobody does. */
export async function findJobHolding(db: Db, resource: string): Promise<JobId | undefined> {
  const row = await db
    .selectFrom("locks")
    .innerJoin("sagas", "sagas.id", "locks.sagaId")
    .select("sagas.jobId")
    .where("locks.resource", "=", resource)
    .executeTakeFirst();
  return (row?.jobId ?? undefined) as JobId | undefined;
}

/** Sagas in any of these statuses, in the order in which they were started. */
export async function listSagas(db: Db, statuses: readonly SagaStatus[]): Promise<SagaRecord[]> {
  const rows = await db
    .selectFrom("sagas")
    .selectAll()
    .where("status", "in", statuses)
    .orderBy("createdAtMs")
    .execute();
  return rows.map(toSaga);
}

/** `undefined`: it ended long ago, and was forgotten. */
export async function findSagaStatus(db: Db, sagaId: SagaId): Promise<SagaStatus | undefined> {
  const row = await db.selectFrom("sagas").select("status").where("id", "=", sagaId).executeTakeFirst();
  return row && (row.status as SagaStatus);
}

export async function updateSaga(
  tx: Tx,
  sagaId: SagaId,
  changes: { readonly status: SagaStatus; readonly error?: string; readonly endedAtMs?: number },
): Promise<void> {
  await tx.updateTable("sagas").set(changes).where("id", "=", sagaId).execute();
}

export async function listJournal(db: Db, sagaId: SagaId): Promise<JournalEntry[]> {
  const rows = await db.selectFrom("sagaJournal").selectAll().where("sagaId", "=", sagaId).orderBy("number").execute();
  return rows.map((row) => ({
    number: row.number,
    step: row.step,
    event: row.event as JournalEvent,
    output: row.output === null ? undefined : (JSON.parse(row.output) as unknown),
    atMs: row.atMs,
  }));
}

export async function insertJournalEntry(tx: Tx, sagaId: SagaId, entry: JournalEntry): Promise<void> {
  await tx
    .insertInto("sagaJournal")
    .values({ ...entry, sagaId, output: entry.output === undefined ? null : JSON.stringify(entry.output) })
    .execute();
}

/** Sagas that ended before `beforeMs`, with their journals. Returns how many. */
export async function deleteEndedSagas(tx: Tx, beforeMs: number): Promise<number> {
  const old = await tx
    .selectFrom("sagas")
    .select("id")
    .where("endedAtMs", "<", beforeMs)
    .where("status", "in", ["succeeded", "failed"])
    .limit(1000)
    .execute();
  if (old.length === 0) return 0;
  const ids = old.map((row) => row.id);
  await tx.deleteFrom("sagaJournal").where("sagaId", "in", ids).execute();
  await tx.deleteFrom("sagas").where("id", "in", ids).execute();
  return ids.length;
}

function toSaga(row: SagaRow): SagaRecord {
  return {
    id: row.id as SagaId,
    name: row.name,
    params: JSON.parse(row.params) as unknown,
    status: row.status as SagaStatus,
    ...optional("jobId", row.jobId as JobId | null),
    correlationId: row.correlationId,
    ...optional("actorId", row.actorId as UserId | null),
    ...optional("error", row.error),
    createdAtMs: row.createdAtMs,
    ...optional("endedAtMs", row.endedAtMs),
  };
}

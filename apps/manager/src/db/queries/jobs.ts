import type { JobStatus } from "@yagura/lifecycles";
import type { JobId, UserId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Job, Step, StepId } from "../../domain/job/job.ts";
import { optional, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { JobRow, StepRow } from "../schema.ts";

/** The newest first. */
export async function listJobs(
  db: Db,
  filter: { correlationId?: string; ids?: readonly JobId[] } = {},
): Promise<Job[]> {
  if (filter.ids?.length === 0) return [];
  let query = db.selectFrom("jobs").selectAll().orderBy("startedAtMs", "desc").orderBy("id");
  if (filter.correlationId !== undefined) query = query.where("correlationId", "=", filter.correlationId);
  if (filter.ids !== undefined) query = query.where("id", "in", filter.ids);
  return (await query.execute()).map(toJob);
}

/** @throws NotFound */
export async function getJob(db: Db, jobId: JobId): Promise<Job> {
  const row = await db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirst();
  if (row === undefined) throw new NotFound("job", jobId);
  return toJob(row);
}

export async function insertJob(tx: Tx, job: Job): Promise<void> {
  await tx
    .insertInto("jobs")
    .values({
      ...job,
      endedAtMs: job.endedAtMs ?? null,
      ownerId: job.ownerId ?? null,
      isExternal: toBit(job.isExternal),
      isAutoCleared: toBit(job.isAutoCleared),
      failure: job.failure ?? null,
    })
    .execute();
}

/** Its steps that still run end the same way. */
export async function endJob(
  tx: Tx,
  jobId: JobId,
  end: { readonly status: JobStatus; readonly atMs: number; readonly failure?: string },
): Promise<void> {
  await tx
    .updateTable("jobs")
    .set({ status: end.status, updatedAtMs: end.atMs, endedAtMs: end.atMs, failure: end.failure ?? null })
    .where("id", "=", jobId)
    .execute();
  await tx
    .updateTable("steps")
    .set({ status: end.status, endedAtMs: end.atMs })
    .where("jobId", "=", jobId)
    .where("status", "=", "started")
    .execute();
}

export async function clearJob(tx: Tx, jobId: JobId): Promise<void> {
  await tx.deleteFrom("steps").where("jobId", "=", jobId).execute();
  await tx.deleteFrom("jobs").where("id", "=", jobId).execute();
}

/** Jobs that ended before `beforeMs`, with their steps. Returns how many. */
export async function deleteEndedJobs(tx: Tx, beforeMs: number): Promise<number> {
  const old = await tx.selectFrom("jobs").select("id").where("endedAtMs", "<", beforeMs).limit(1000).execute();
  for (const { id } of old) await clearJob(tx, id as JobId);
  return old.length;
}

export async function listSteps(db: Db, jobId: JobId): Promise<Step[]> {
  const rows = await db.selectFrom("steps").selectAll().where("jobId", "=", jobId).orderBy("number").execute();
  return rows.map(toStep);
}

/** @throws NotFound */
export async function getStep(db: Db, jobId: JobId, stepId: StepId): Promise<Step> {
  const row = await db
    .selectFrom("steps")
    .selectAll()
    .where("id", "=", stepId)
    .where("jobId", "=", jobId)
    .executeTakeFirst();
  if (row === undefined) throw new NotFound("step", stepId);
  return toStep(row);
}

export async function insertStep(tx: Tx, step: Step): Promise<void> {
  await tx
    .insertInto("steps")
    .values({ ...step, endedAtMs: step.endedAtMs ?? null, progressPercent: step.progressPercent ?? null })
    .execute();
}

/** The step of a job that is under way: there is at most one. */
export async function updateRunningStep(
  tx: Tx,
  jobId: JobId,
  changes: { readonly description: string; readonly progressPercent?: number },
): Promise<void> {
  await tx.updateTable("steps").set(changes).where("jobId", "=", jobId).where("status", "=", "started").execute();
}

function toJob(row: JobRow): Job {
  return {
    id: row.id as JobId,
    description: row.description,
    status: row.status as JobStatus,
    startedAtMs: row.startedAtMs,
    updatedAtMs: row.updatedAtMs,
    ...optional("endedAtMs", row.endedAtMs),
    ...optional("ownerId", row.ownerId as UserId | null),
    correlationId: row.correlationId,
    isExternal: row.isExternal === 1,
    isAutoCleared: row.isAutoCleared === 1,
    ...optional("failure", row.failure),
  };
}

function toStep(row: StepRow): Step {
  return {
    id: row.id as StepId,
    jobId: row.jobId as JobId,
    number: row.number,
    type: row.type as Step["type"],
    description: row.description,
    status: row.status as JobStatus,
    startedAtMs: row.startedAtMs,
    ...optional("endedAtMs", row.endedAtMs),
    ...optional("progressPercent", row.progressPercent),
  };
}

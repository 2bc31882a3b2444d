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
  await endOpenSteps(tx, jobId, end);
}

/** Which jobs may be forgotten: those that ended before `endedBeforeMs`, or, if they never ended, were last told of then. */
export interface OldJobs {
  readonly endedBeforeMs: number;
  /** Only these; all others when it is `undefined`. */
  readonly status?: JobStatus;
  /** Also those that their program wants to clear itself. */
  readonly isWaitingForClear?: boolean;
}

/** With their steps, a thousand at most. Returns how many. */
export async function deleteOldJobs(tx: Tx, { endedBeforeMs, status, isWaitingForClear }: OldJobs): Promise<number> {
  let query = tx.selectFrom("jobs").select("id").where("endedAtMs", "<", endedBeforeMs).limit(1000);
  if (status !== undefined) query = query.where("status", "=", status);
  if (isWaitingForClear !== true) query = query.where("isAutoCleared", "=", 1);
  const ids = (await query.execute()).map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.deleteFrom("steps").where("jobId", "in", ids).execute();
  await tx.deleteFrom("jobs").where("id", "in", ids).execute();
  return ids.length;
}

/** Ends jobs of other programs that said nothing more since `beforeMs`. */
export async function giveUpExternalJobs(tx: Tx, beforeMs: number, atMs: number): Promise<void> {
  const silent = await tx
    .selectFrom("jobs")
    .select("id")
    .where("isExternal", "=", 1)
    .where("endedAtMs", "is", null)
    .where("updatedAtMs", "<", beforeMs)
    .limit(1000)
    .execute();
  for (const { id } of silent) await endJob(tx, id as JobId, { status: "unknown", atMs });
}

/** How many jobs of other programs have not ended. */
export async function countOpenExternalJobs(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("jobs")
    .select((builder) => builder.fn.countAll<number | string>().as("count"))
    .where("isExternal", "=", 1)
    .where("endedAtMs", "is", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** It is removed by itself some time after its end. */
export async function autoClearJob(tx: Tx, jobId: JobId): Promise<void> {
  await tx.updateTable("jobs").set({ isAutoCleared: 1 }).where("id", "=", jobId).execute();
}

/** Something about it was told: it is not forgotten for being silent. */
export async function touchJob(tx: Tx, jobId: JobId, atMs: number): Promise<void> {
  await tx.updateTable("jobs").set({ updatedAtMs: atMs }).where("id", "=", jobId).execute();
}

/** Ends a step, and those in it that still run. */
export async function endStep(
  tx: Tx,
  stepId: StepId,
  end: { readonly status: JobStatus; readonly atMs: number },
): Promise<void> {
  await tx
    .updateTable("steps")
    .set({ status: end.status, endedAtMs: end.atMs })
    .where((where) => where.or([where("id", "=", stepId), where("parentId", "=", stepId)]))
    .where("status", "=", "started")
    .execute();
}

/** The steps of a job that still run end with `status`; the job has ended already. */
export async function endOpenSteps(
  tx: Tx,
  jobId: JobId,
  end: { readonly status: JobStatus; readonly atMs: number },
): Promise<void> {
  await tx
    .updateTable("steps")
    .set({ status: end.status, endedAtMs: end.atMs })
    .where("jobId", "=", jobId)
    .where("status", "=", "started")
    .execute();
}

export function listSteps(db: Db, jobId: JobId): Promise<Step[]> {
  return listStepsOf(db, [jobId]);
}

/** Those of several jobs, of each in their order. */
export async function listStepsOf(db: Db, jobIds: readonly JobId[]): Promise<Step[]> {
  if (jobIds.length === 0) return [];
  const rows = await db.selectFrom("steps").selectAll().where("jobId", "in", jobIds).orderBy("number").execute();
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
    .values({
      ...step,
      endedAtMs: step.endedAtMs ?? null,
      progressPercent: step.progressPercent ?? null,
      isExternal: toBit(step.isExternal),
      parentId: step.parentId ?? null,
    })
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

function toStep(row: Omit<StepRow, "isExternal"> & { isExternal: number }): Step {
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
    isExternal: row.isExternal === 1,
    ...optional("parentId", row.parentId as StepId | null),
  };
}

import { type JobId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { autoClearJob, countOpenExternalJobs, endJob, endOpenSteps, getJob, insertJob } from "../../db/queries/jobs.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Job } from "../../domain/job/job.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { jobTextProblems } from "./job-texts.ts";

/** Of all programs together: who never ends his jobs shall not fill the database. */
const OPEN_JOBS_MAX = 10_000;

export interface NewExternalJob {
  readonly description: string;
  /** It goes away by itself after its end; else only when its program clears it. */
  readonly isAutoCleared: boolean;
}

/** Work that another program does and shows here. */
export async function addExternalJob(context: OpContext, asked: NewExternalJob): Promise<Job> {
  await context.authorize("inject_external_tasks", systemObject);
  refuseIf("Cannot add External Job.", jobTextProblems(asked.description), "invalid");
  const nowMs = context.clock.nowMs();
  const { actor, correlationId } = context;
  const job: Job = {
    ...asked,
    id: newId<JobId>(),
    status: "started",
    startedAtMs: nowMs,
    updatedAtMs: nowMs,
    ...(actor.userId !== undefined && { ownerId: actor.userId }),
    correlationId,
    isExternal: true,
  };
  await transaction(context.db, async (tx) => {
    const open = await countOpenExternalJobs(tx);
    const tooMany = `There are ${OPEN_JOBS_MAX} that have not ended.`;
    refuseIf("Cannot add External Job.", open >= OPEN_JOBS_MAX ? [tooMany] : []);
    await insertJob(tx, job);
    await announce(tx, context.clock, {
      name: "externalJobAdded",
      ...byActor(context),
      details: { job: job.description },
    });
  });
  return job;
}

export interface JobEnd {
  readonly jobId: JobId;
  readonly isSuccess: boolean;
  /** Steps that still run were broken off, and the job goes away by itself. */
  readonly isForced: boolean;
}

/** Says how it ended. One that has ended stays as it is, so that saying it twice changes nothing. */
export async function endExternalJob(context: OpContext, { jobId, isSuccess, isForced }: JobEnd): Promise<void> {
  await context.authorize("inject_external_tasks", systemObject);
  const atMs = context.clock.nowMs();
  await transaction(context.db, async (tx) => {
    const job = await getExternalJob(tx, jobId, "Cannot end External Job.");
    if (isForced) {
      await endOpenSteps(tx, jobId, { status: "aborted", atMs });
      await autoClearJob(tx, jobId);
    }
    if (job.endedAtMs === undefined) await endJob(tx, jobId, { status: isSuccess ? "finished" : "failed", atMs });
  });
}

/** Its program does not need it any more: it goes away by itself, some time after its end. */
export async function clearExternalJob(context: OpContext, jobId: JobId): Promise<void> {
  await context.authorize("inject_external_tasks", systemObject);
  await transaction(context.db, async (tx) => {
    await getExternalJob(tx, jobId, "Cannot clear External Job.");
    await autoClearJob(tx, jobId);
  });
}

/** What we do ourselves is not others' to end. @throws NotFound, OperationRefused */
export async function getExternalJob(tx: Tx, jobId: JobId, attempt: string): Promise<Job> {
  const job = await getJob(tx, jobId);
  refuseIf(attempt, job.isExternal ? [] : ["The specified job is not an external job."]);
  return job;
}

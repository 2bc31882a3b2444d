import { type JobId, newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { endStep, getStep, insertStep, listSteps, touchJob } from "../../db/queries/jobs.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Step, StepId } from "../../domain/job/job.ts";
import { systemObject } from "../../domain/user/user.ts";
import { getExternalJob } from "./external-jobs.ts";
import { jobTextProblems } from "./job-texts.ts";

const STEPS_MAX = 1000;

export interface NewExternalStep {
  readonly jobId: JobId;
  readonly type: Step["type"];
  readonly description: string;
  /** Not given: it is right below the job. */
  readonly parentId?: StepId;
}

/** A part of a job of another program. @throws NotFound, OperationRefused */
export async function addExternalStep(context: OpContext, asked: NewExternalStep): Promise<Step> {
  await context.authorize("inject_external_tasks", systemObject);
  const attempt = "Cannot add External Step.";
  refuseIf(attempt, jobTextProblems(asked.description), "invalid");
  return transaction(context.db, async (tx) => {
    const job = await getExternalJob(tx, asked.jobId, attempt);
    if (asked.parentId !== undefined) await getStep(tx, asked.jobId, asked.parentId);
    refuseIf(attempt, job.endedAtMs === undefined ? [] : ["The job has ended."]);
    const number = (await listSteps(tx, asked.jobId)).length + 1;
    refuseIf(attempt, number > STEPS_MAX ? [`A job has ${STEPS_MAX} steps at most.`] : []);
    const atMs = context.clock.nowMs();
    const step: Step = {
      ...asked,
      id: newId<StepId>(),
      number,
      status: "started",
      startedAtMs: atMs,
      isExternal: true,
    };
    await insertStep(tx, step);
    await touchJob(tx, asked.jobId, atMs);
    return step;
  });
}

export interface StepEnd {
  readonly jobId: JobId;
  readonly stepId: StepId;
  readonly isSuccess: boolean;
}

/** Says how it ended, with those in it that still run. One that has ended stays as it is. @throws NotFound, OperationRefused */
export async function endExternalStep(context: OpContext, { jobId, stepId, isSuccess }: StepEnd): Promise<void> {
  await context.authorize("inject_external_tasks", systemObject);
  await transaction(context.db, async (tx) => {
    const { isExternal } = await getStep(tx, jobId, stepId);
    refuseIf("Cannot end External Step.", isExternal ? [] : ["The specified step is not an external step."]);
    const atMs = context.clock.nowMs();
    await endStep(tx, stepId, { status: isSuccess ? "finished" : "failed", atMs });
    await touchJob(tx, jobId, atMs);
  });
}

import type { Job as RestJob, Step as RestStep } from "@yagura/rest-model";
import type { Job, Step } from "../../domain/job/job.ts";
import type { Links } from "../links.ts";
import { renderDate } from "./common.ts";

export function renderJob(job: Job, links: Links): RestJob {
  return {
    ...links.of("job", "jobs", job.id),
    description: job.description,
    ...(job.failure !== undefined && { comment: job.failure }),
    auto_cleared: job.isAutoCleared,
    external: job.isExternal,
    status: job.status,
    start_time: renderDate(job.startedAtMs),
    last_updated: renderDate(job.updatedAtMs),
    end_time: renderDate(job.endedAtMs),
    ...(job.ownerId !== undefined && { owner: links.ref("users", job.ownerId) }),
  };
}

export function renderStep(step: Step, links: Links): RestStep {
  return {
    ...links.of("step", "jobs", step.jobId, "steps", step.id),
    description: step.description,
    external: step.isExternal,
    number: step.number,
    ...(step.progressPercent !== undefined && { progress: step.progressPercent }),
    status: step.status,
    type: step.type,
    start_time: renderDate(step.startedAtMs),
    end_time: renderDate(step.endedAtMs),
    job: links.ref("jobs", step.jobId),
    ...(step.parentId !== undefined && { parent_step: links.ref("jobs", step.jobId, "steps", step.parentId) }),
  };
}

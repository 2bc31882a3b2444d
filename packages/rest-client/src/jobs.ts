import type { Job } from "@yagura/rest-model";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { poll } from "@yagura/std/poll.ts";
import type { JobsResource } from "./generated/resources.ts";

/** A job that a call started did not finish well. */
export class JobFailed extends Error {
  override readonly name = "JobFailed";
  readonly job: Job;

  constructor(job: Job) {
    const step = job.steps?.find(({ status }) => status === "failed" || status === "aborted");
    const where = step?.description === undefined ? "" : ` at: ${step.description}`;
    const why = job.comment === undefined || job.comment === "" ? "" : `: ${job.comment}`;
    super(`${job.description ?? "the job"}: ${job.status ?? "unknown"}${where}${why}`);
    this.job = job;
  }
}

export interface WaitForJobsOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Called with what is under way, each time the jobs were looked at. */
  readonly onProgress?: ((jobs: readonly Job[]) => void) | undefined;
}

/** Correlation ids as v4 takes them; another one could change the search. */
const correlationIdPattern = /^[0-9a-zA-Z_-]{1,36}$/;

/**
 * Waits until no job with this correlation id runs any more. No job at all counts as done: a Manager makes the job
 * before it answers the call that starts it.
 * @throws JobFailed when one did not finish, DeadlineExceeded.
 */
export async function waitForJobs(
  jobs: JobsResource,
  correlationId: string,
  { timeoutMs, everyMs = 1_000, signal, clock = systemClock, onProgress }: WaitForJobsOptions,
): Promise<void> {
  if (!correlationIdPattern.test(correlationId)) throw new TypeError(`not a correlation id: ${correlationId}`);
  const search = `correlation_id=${correlationId}`;
  const ended = await poll(
    `the jobs of ${correlationId}`,
    async () => {
      const found = await jobs.list({ search, follow: "steps" }, { signal });
      onProgress?.(found);
      return found.some(({ status }) => status === "started") ? undefined : found;
    },
    { timeoutMs, everyMs, clock, ...(signal !== undefined && { signal }) },
  );
  const failed = ended.find(({ status }) => status !== "finished" && status !== undefined);
  if (failed !== undefined) throw new JobFailed(failed);
}

/**
 * Work on single volumes that any host may do. Jobs live in memory alone: what keeps a volume right when one is interrupted is
 * its lease, its legality and its generation, and who wants it done asks again.
 */
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { JobId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../../errors.ts";
import type { JobInfo, JobStatus } from "../contract/jobs.ts";
import { StorageError } from "../errors.ts";
import type { ImageKey, ImageLocks } from "../tasks/image-locks.ts";
import { WorkPlaces } from "../tasks/work-places.ts";
import type { Watched } from "../tools/qemu-img.ts";

/** On the same domains at once: as many as vdsm has in all. */
const RUNNING_MAX = 10;
const FORGOTTEN_AFTER_MS = 3_600_000;
const JOBS_MAX = 1000;
const GENERAL_ERROR = 100;

export interface NewJob {
  readonly jobId: JobId;
  readonly type: string;
  readonly description: string;
  /** Nobody else on this host works on these meanwhile. */
  readonly images: readonly ImageKey[];
  run(watched: Watched): Promise<void>;
}

interface Job {
  info: JobInfo;
  readonly controller: AbortController;
  done: Promise<void>;
}

export class Jobs {
  readonly #jobs = new Map<JobId, Job>();
  readonly #listeners = new Set<(job: JobInfo) => void>();
  readonly #places = new WorkPlaces(RUNNING_MAX);
  readonly #end = new AbortController();
  readonly #options: { readonly locks: ImageLocks; readonly clock: Clock; readonly log: Log };

  constructor(options: { readonly locks: ImageLocks; readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
  }

  /** Returns at once; the work begins when its images and a place are free. @throws StorageError 69 for an id that is known */
  start({ jobId, type, description, images, run }: NewJob): void {
    if (this.#jobs.has(jobId)) throw new StorageError("JobExists", `there is a job ${jobId} already`);
    if (this.#jobs.size >= JOBS_MAX) throw new StorageError("TooManyTasks", `${JOBS_MAX} jobs are known already`);
    const info: JobInfo = { jobId, type, description, status: "pending" };
    const job: Job = { info, controller: new AbortController(), done: Promise.resolve() };
    this.#jobs.set(jobId, job);
    job.done = this.#options.locks.run(images, () => this.#places.run(images, () => this.#drive(job, run)));
  }

  list({ type, jobIds }: { readonly type?: string; readonly jobIds?: readonly string[] } = {}): JobInfo[] {
    const all = [...this.#jobs.values()].map(({ info }) => info);
    return all.filter(
      (job) =>
        (type === undefined || job.type === type) &&
        (jobIds === undefined || jobIds.length === 0 || jobIds.includes(job.jobId)),
    );
  }

  /** Resolves when the job has ended. @throws StorageError 66 for one that is not known, 84 for one that has ended */
  async abort(jobId: JobId): Promise<void> {
    const job = this.#jobs.get(jobId);
    if (job === undefined) throw new StorageError("NoSuchJob", `there is no job ${jobId}`);
    if (!isActive(job.info.status)) throw new StorageError("JobNotActive", `job ${jobId} has ended`);
    this.#abort(job, `job ${jobId} was aborted`);
    await job.done;
  }

  /** Calls the listener at every change of a status; returns how to end that. */
  onChange(listener: (job: JobInfo) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends what runs, and waits for it. */
  async stopAll(why: string): Promise<void> {
    this.#end.abort(new Error(why));
    const active = [...this.#jobs.values()].filter(({ info }) => isActive(info.status));
    for (const job of active) this.#abort(job, why);
    await Promise.all(active.map(({ done }) => done));
  }

  /** Never rejects: whatever happens ends up in the job's status. */
  async #drive(job: Job, run: NewJob["run"]): Promise<void> {
    const { signal } = job.controller;
    const { log } = this.#options;
    const { jobId, type } = job.info;
    try {
      signal.throwIfAborted();
      this.#become(job, { status: "running" });
      await run({
        signal,
        onProgress: (progress) => {
          job.info = { ...job.info, progress };
        },
      });
      this.#become(job, { status: "done" });
    } catch (cause) {
      const error = { code: cause instanceof AgentError ? cause.code : GENERAL_ERROR, message: describeError(cause) };
      this.#become(job, { status: signal.aborted ? "aborted" : "failed", error });
      log.warn("a job did not go through", { jobId, type, error: describeError(cause) });
    }
    this.#forgetLater(jobId);
  }

  #abort(job: Job, why: string): void {
    if (!isActive(job.info.status)) return;
    this.#become(job, { status: "aborting" });
    job.controller.abort(new StorageError("TaskAborted", why));
  }

  #become(job: Job, differs: { readonly status: JobStatus; readonly error?: JobInfo["error"] }): void {
    const { status, error } = differs;
    job.info = { ...job.info, status, ...(error !== undefined && { error }) };
    for (const listener of this.#listeners) listener(job.info);
  }

  #forgetLater(jobId: JobId): void {
    // Aborted with all others when the agent stops.
    void this.#options.clock.sleep(FORGOTTEN_AFTER_MS, this.#end.signal).then(
      () => this.#jobs.delete(jobId),
      () => undefined,
    );
  }
}

function isActive(status: JobStatus): boolean {
  return status === "pending" || status === "running" || status === "aborting";
}

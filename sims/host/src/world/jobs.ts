import { AgentFault, type HostJobInfo } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import { holderOf, type LeaseSession } from "./leases.ts";
import type { SimulatedVolume } from "./storage.ts";

export interface JobWork {
  /** The volume whose lease the job holds while it runs. */
  readonly volume: SimulatedVolume;
  /** The generation of the volume for which it was meant. */
  readonly generation: number | undefined;
  /** Whether the volume's content means nothing until the job is done. */
  readonly isUnsafe: boolean;
  /** What it changes besides the generation. */
  readonly change: () => void;
}

interface SimulatedJob {
  readonly work: JobWork;
  readonly info: { -readonly [K in keyof HostJobInfo]: HostJobInfo[K] };
}

export interface JobsOptions {
  readonly clock: Clock;
  readonly jobMs: number;
  readonly mode: "auto" | "explicit";
  readonly session: () => LeaseSession;
  /** How long the lease of a host that is gone stands. */
  readonly leaseMs: () => number;
}

const lookMs = 20;

/** Work on single volumes: any host does it, in memory alone; the volume's lease, legality and generation keep it right. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<string, SimulatedJob>();
  #ended = new AbortController();
  /** While it is set, no job goes on. */
  #still: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** What is wrong is said by the job. @throws AgentFault 69 for an id that is known */
  start(jobId: string, description: string, find: () => JobWork): void {
    if (this.#jobs.has(jobId)) throw new AgentFault("JobExists", { job_id: jobId });
    const info: SimulatedJob["info"] = { id: jobId, status: "running", job_type: "storage", description, progress: 0 };
    try {
      const work = find();
      this.#jobs.set(jobId, { info, work });
      this.#begin(work);
    } catch (error) {
      if (!(error instanceof AgentFault)) throw error;
      const { code, message } = error;
      const work = this.#jobs.get(jobId)?.work ?? nothing;
      this.#jobs.set(jobId, { work, info: { ...info, status: "failed", error: { code, message } } });
      return;
    }
    if (this.#options.mode === "auto") void this.#drive(jobId, this.#ended.signal);
  }

  list(jobIds: readonly string[] = []): Record<string, HostJobInfo> {
    const all = [...this.#jobs.values()].map(({ info }) => info);
    return Object.fromEntries(
      all.filter(({ id }) => jobIds.length === 0 || jobIds.includes(id)).map((info) => [info.id, { ...info }]),
    );
  }

  /** Ends a job: its work is done now. */
  finish(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined) throw new Error(`there is no job ${jobId}`);
    if (job.info.status !== "running") return;
    const { volume, change, isUnsafe } = job.work;
    change();
    volume.generation = (volume.generation + 1) % 1000;
    if (isUnsafe) volume.legality = "LEGAL";
    volume.lease = undefined;
    job.info.status = "done";
    job.info.progress = 100;
  }

  standStill(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#still ??= { promise, resolve };
  }

  goOn(): void {
    this.#still?.resolve();
    this.#still = undefined;
  }

  /** The process ends: what was under way stays half done, and nobody knows of it. Its leases are given back by the daemon. */
  endAgent(): void {
    for (const { volume } of this.#running()) volume.lease = undefined;
    this.die();
  }

  /** The same without anybody who gives a lease back. */
  die(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#jobs.clear();
  }

  #running(): JobWork[] {
    return [...this.#jobs.values()].filter(({ info }) => info.status === "running").map(({ work }) => work);
  }

  #begin({ volume, generation, isUnsafe }: JobWork): void {
    const { clock, session, leaseMs } = this.#options;
    const holder = volume.lease && { hostId: "", number: 0, session: volume.lease };
    if (holderOf({ spm: holder, leaseMs: leaseMs() }, clock.monotonicMs()) !== undefined) {
      throw new AgentFault("AcquireLockFailure", { volume: volume.volumeId });
    }
    if (generation !== undefined && generation !== volume.generation) {
      throw new AgentFault("GenerationMismatch", { requested: generation, actual: volume.generation });
    }
    volume.lease = session();
    if (isUnsafe) volume.legality = "ILLEGAL";
  }

  async #drive(jobId: string, signal: AbortSignal): Promise<void> {
    const { clock, jobMs } = this.#options;
    const info = this.#jobs.get(jobId)?.info;
    try {
      for (let passedMs = 0; passedMs < jobMs; passedMs += lookMs) {
        await clock.sleep(Math.min(lookMs, jobMs), signal);
        if (info !== undefined) info.progress = Math.min(99, Math.round((passedMs / jobMs) * 100));
      }
      while (this.#still !== undefined) await this.#still.promise;
      signal.throwIfAborted();
      this.finish(jobId);
    } catch {
      // The host is gone.
    }
  }
}

const nothing: JobWork = {
  volume: {} as SimulatedVolume,
  generation: undefined,
  isUnsafe: false,
  change: () => undefined,
};

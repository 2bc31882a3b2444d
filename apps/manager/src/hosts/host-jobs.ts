// Work on single volumes that any host can do: jobs, which live in a host's memory alone. What keeps a volume right when one is
// interrupted is its generation: whoever wants the work done looks at that, and asks again.

import { AgentFault, type HostJobInfo } from "@yagura/agent-protocol";
import type { JobId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { isFault } from "./agent-errors.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import type { VolumeOnStorage } from "./host-volumes.ts";

/** A volume in the state that the caller knows: a job is refused (911) when somebody has worked on it since. */
export interface VolumeVersion extends VolumeOnStorage {
  readonly generation: number;
}

export interface VolumeCopy {
  readonly source: VolumeOnStorage;
  readonly destination: VolumeVersion;
}

/** The job did not do its work; what it left says the volume. */
export class HostJobFailed extends Error {
  override readonly name = "HostJobFailed";
  readonly code: number;

  constructor(what: string, code: number, options: ErrorOptions) {
    super(`the host could not ${what}`, options);
    this.code = code;
  }
}

/** The host does not know the job any more, or ended it: it started again. Whether it was done, the volume tells. */
export class HostJobLost extends Error {
  override readonly name = "HostJobLost";
  readonly retryable = true;

  constructor(what: string) {
    super(`the host was interrupted when it should ${what}`);
  }
}

/** Another host is still at it, or its lease has not ended yet. */
export class VolumeIsLeased extends Error {
  override readonly name = "VolumeIsLeased";
  readonly retryable = true;

  constructor({ volumeId }: Pick<VolumeOnStorage, "volumeId">, options?: ErrorOptions) {
    super(`another host works on volume ${volumeId}`, options);
  }
}

export async function startCopy({ calls, signal }: HostTalk, jobId: JobId, copy: VolumeCopy): Promise<void> {
  const { source, destination } = copy;
  await calls.SDM.copy_data(
    {
      job_id: jobId,
      source: { endpoint_type: "div", sd_id: source.domainId, img_id: source.diskId, vol_id: source.volumeId },
      destination: {
        endpoint_type: "div",
        sd_id: destination.domainId,
        img_id: destination.diskId,
        vol_id: destination.volumeId,
        generation: destination.generation,
      },
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function startSparsify({ calls, signal }: HostTalk, jobId: JobId, volume: VolumeVersion): Promise<void> {
  const { domainId, diskId, volumeId, generation } = volume;
  await calls.SDM.sparsify_volume(
    { job_id: jobId, vol_info: { sd_id: domainId, img_id: diskId, vol_id: volumeId, generation } },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

export async function findJob(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  jobId: JobId,
): Promise<HostJobInfo | undefined> {
  return (await calls.Host.getJobs({ job_ids: [jobId] }, { signal }))[jobId];
}

export interface JobWait {
  /** "copy the volume", for the errors. */
  readonly what: string;
  readonly onProgress: (percent: number) => Promise<void>;
}

/** Disks are large; the saga asks again after this. */
const JOB_MS_MAX = 24 * 60 * 60_000;
const LOOK_MS = 500;

/** @throws HostJobFailed, HostJobLost; DeadlineExceeded when it is unknown what becomes of it */
export async function waitForJob(talk: HostTalk, jobId: JobId, { what, onProgress }: JobWait): Promise<void> {
  let told = -1;
  const ended = await poll(
    `the host's job to ${what}`,
    async () => {
      const job = await findJob(talk, jobId);
      if (job === undefined) throw new HostJobLost(what);
      if (job.progress !== undefined && job.progress !== told) {
        told = job.progress;
        await onProgress(told);
      }
      return ["done", "failed", "aborted"].includes(job.status) && job;
    },
    { timeoutMs: JOB_MS_MAX, everyMs: LOOK_MS, clock: talk.clock, signal: talk.signal },
  );
  if (ended.status === "aborted") throw new HostJobLost(what);
  if (ended.status !== "failed") return;
  const { code = 0, message = "" } = ended.error ?? {};
  throw new HostJobFailed(what, code, { cause: AgentFault.received(code, message) });
}

/** The volume is of a later generation than the job was meant for: it was done before, or somebody else was at it. */
export function isOvertaken(error: unknown): boolean {
  return isFault(causeOf(error), "GenerationMismatch");
}

export function isLeased(error: unknown): boolean {
  return isFault(causeOf(error), "AcquireLockFailure");
}

/** This host does not reach the storage; another one may. */
export function isStorageAway(error: unknown): boolean {
  return isFault(
    causeOf(error),
    "StorageDomainDoesNotExist",
    "StorageDomainFSNotMounted",
    "StorageDomainAccessError",
    "FileStorageDomainStaleNFSHandle",
  );
}

function causeOf(error: unknown): unknown {
  return error instanceof HostJobFailed ? error.cause : error;
}

import { type DataCenterId, type JobId, newId } from "@yagura/std/ids.ts";
import type { Host } from "../domain/host/host.ts";
import {
  findJob,
  isLeased,
  isOvertaken,
  isStorageAway,
  VolumeIsLeased,
  type VolumeVersion,
  waitForJob,
} from "../hosts/host-jobs.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import { findVolumeState, type VolumeState } from "../hosts/host-volumes.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { listReachableHosts, NoHostUp } from "./pool-hosts.ts";
import { reportProgress } from "./report-progress.ts";
import { talkTo } from "./talk.ts";

type Input = StepInput<unknown, SagaDeps>;

/** Work on one volume that any host of the data center can do. */
export interface VolumeWork {
  readonly dataCenterId: DataCenterId;
  /** Chosen before: a Manager that was restarted finds the job again by it. */
  readonly jobId: JobId;
  /** The volume that is worked on, in the generation before. */
  readonly volume: VolumeVersion;
  /** "copy the volume" */
  readonly what: string;
  /** "Copying Disk demo": what the saga's job shows while it goes on. */
  readonly description: string;
  readonly start: (talk: HostTalk, jobId: JobId) => Promise<void>;
}

/** The generation after; it begins again after 999. */
function nextGeneration(generation: number): number {
  return (generation + 1) % 1000;
}

export function isWorkDone(state: VolumeState | undefined, { volume }: Pick<VolumeWork, "volume">): boolean {
  return state?.isLegal === true && state.generation === nextGeneration(volume.generation);
}

/** Something else has changed the volume meanwhile: what is in it now is not what was asked for. */
export class VolumeHasChanged extends Error {
  override readonly name = "VolumeHasChanged";
}

/**
 * Has the work done, once, whatever happens to the hosts: a job that is still running is waited for, one that was lost is
 * begun again, on another host if need be. Whether it is done is read from the volume and from nothing else.
 * @throws NoHostUp, VolumeIsLeased, HostJobLost: transient; HostJobFailed, VolumeHasChanged
 */
export async function ensureWorkDone(input: Input, work: VolumeWork): Promise<void> {
  const hosts = rotate(await listReachableHosts(input, work.dataCenterId), work.jobId);
  if (hosts.length === 0) throw new NoHostUp(work.dataCenterId);
  let failure: unknown;
  for (const host of hosts) {
    const talk = talkTo(input, host.id);
    try {
      if (isWorkDone(await findVolumeState(talk, work.volume), work)) return;
      const jobId = (await findRunning(input, hosts, work)) ?? (await begin(talk, work));
      await waitForWork(input, jobId.talk, jobId.id, work);
    } catch (error) {
      if (isStorageAway(error)) {
        failure = error;
        continue;
      }
      if (isLeased(error)) throw new VolumeIsLeased(work.volume, { cause: error });
      if (!isOvertaken(error)) throw error;
    }
    // Also when the host says that it is done: the volume is what counts.
    if (isWorkDone(await findVolumeState(talk, work.volume), work)) return;
    throw new VolumeHasChanged(`volume ${work.volume.volumeId} is not what it was when the work began`);
  }
  throw failure;
}

interface RunningJob {
  readonly talk: HostTalk;
  readonly id: JobId;
}

async function findRunning(
  input: Input,
  hosts: readonly Host[],
  { jobId }: VolumeWork,
): Promise<RunningJob | undefined> {
  for (const host of hosts) {
    const talk = talkTo(input, host.id);
    const job = await findJob(talk, jobId).catch(() => undefined);
    if (job?.status === "pending" || job?.status === "running") return { talk, id: jobId };
  }
  return undefined;
}

/** A job that ended without success keeps its id for a while: the next try has another one then. */
async function begin(talk: HostTalk, work: VolumeWork): Promise<RunningJob> {
  const id = (await findJob(talk, work.jobId)) === undefined ? work.jobId : newId<JobId>();
  await work.start(talk, id);
  return { talk, id };
}

async function waitForWork(input: Input, talk: HostTalk, jobId: JobId, work: VolumeWork): Promise<void> {
  const resource = `disk:${work.volume.diskId}` as const;
  const { description } = work;
  await waitForJob(talk, jobId, {
    what: work.what,
    onProgress: (percent) => reportProgress(input.deps.db, resource, { description, percent }),
  });
}

/** Several works at once begin on several hosts. */
function rotate(hosts: readonly Host[], jobId: JobId): Host[] {
  const first = Number.parseInt(jobId.slice(0, 6), 16) % Math.max(1, hosts.length);
  return [...hosts.slice(first), ...hosts.slice(0, first)];
}

import type { Job, ManagerClient } from "@yagura/rest-client";
import { JobFailed } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { Progress } from "../output/progress.ts";
import { refusal } from "../problem.ts";
import type { CliWorld } from "../world.ts";
import { underWay } from "./under-way.ts";

/** Where something is on its way. `resting`: it does not move, and is not where it should be. */
export type Way = { readonly is: "there" | "moving" | "resting"; readonly state: string };

export interface Wait {
  readonly what: string;
  readonly timeoutMs: number;
  /** The id that was given to the call which started it. */
  readonly correlationId: string;
  readonly look: () => Promise<Way>;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Waits until it is there, showing on the way where it is and what the Manager's jobs do. Something that rests
 * elsewhere while no job works on it will not come any more.
 * @throws JobFailed, CliProblem, DeadlineExceeded.
 */
export async function waitUntil(world: CliWorld, manager: ManagerClient, wait: Wait): Promise<void> {
  const { what, timeoutMs, correlationId, look } = wait;
  const progress = new Progress(world);
  let restingLooks = 0;
  try {
    await poll(
      what,
      async () => {
        // The jobs are read first: one that ends between the two reads has then changed the state already.
        const jobs = await manager.jobs.list(
          { search: `correlation_id=${correlationId}`, follow: "steps" },
          { signal: world.signal },
        );
        const way = await look();
        const running = jobs.find(({ status }) => status === "started");
        progress.say(describe(what, way, running));
        const failed = jobs.find(({ status }) => status === "failed" || status === "aborted");
        if (failed !== undefined) throw new JobFailed(failed);
        if (way.is === "there") return running === undefined;
        restingLooks = way.is === "resting" && running === undefined ? restingLooks + 1 : 0;
        // Twice: between the end of the job and the first word of the host there may be a moment.
        if (restingLooks > 1) throw refusal(`${what} is ${way.state}`, "See what happened: yagura event list");
        return false;
      },
      { timeoutMs, everyMs: LOOK_EVERY_MS, clock: world.clock, signal: world.signal },
    );
  } finally {
    progress.end();
  }
}

function describe(what: string, { state }: Way, job: Job | undefined): string {
  if (job?.description === undefined) return `${what}: ${state}`;
  return `${what}: ${state}; ${[job.description, underWay(job)].filter(Boolean).join(", ")}`;
}

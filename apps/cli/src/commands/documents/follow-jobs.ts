import type { Command } from "../../cli.ts";
import { Progress } from "../../output/progress.ts";
import type { FollowOptions } from "./options.ts";

/**
 * Sends a request under a correlation id of its own, and with `--follow` stays until its jobs have ended.
 * @throws JobFailed, DeadlineExceeded, and whatever the request throws.
 */
export async function followJobs<T>(
  { world, manager }: Command,
  what: string,
  { follow, timeout }: FollowOptions,
  send: (call: { readonly correlationId: string; readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const correlationId = world.newCorrelationId();
  const { signal, clock } = world;
  const answer = await send({ correlationId, signal });
  if (follow !== true) return answer;
  const progress = new Progress(world);
  try {
    await manager.waitForJobs(correlationId, {
      timeoutMs: timeout,
      signal,
      clock,
      onProgress: (jobs) => {
        const job = jobs.find(({ status }) => status === "started") ?? jobs[0];
        const percent = job?.steps?.find((step) => step.status === "started" && step.progress !== undefined)?.progress;
        const done = percent === undefined ? "" : `, ${percent} %`;
        progress.say(job === undefined ? what : `${job.description ?? what}: ${job.status ?? "unknown"}${done}`);
      },
    });
  } finally {
    progress.end();
  }
  return answer;
}

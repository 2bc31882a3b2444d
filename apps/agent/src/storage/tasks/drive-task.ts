import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Intent } from "./intent.ts";
import type { Settle, Settling } from "./settle-intent.ts";
import { failureOf, type NewTask, success, type Task } from "./task.ts";
import type { Unsettled } from "./unsettled.ts";

export interface TaskWorld {
  readonly settle: Settle;
  readonly unsettled: Unsettled;
  readonly log: Log;
}

/** Does the work of a task. Never rejects: whatever happens ends up in the task's status. */
export async function driveTask(task: Task, run: NewTask["run"], world: TaskWorld): Promise<void> {
  try {
    task.signal.throwIfAborted();
    await run({
      signal: task.signal,
      say: (message) => task.say(message),
      intend: async (intent) => {
        await task.record(intent, { state: "running", code: 0, message: "" });
        task.intent = intent;
        await world.unsettled.supersede(intent);
      },
    });
    // Until this is written the task would be settled after a crash; so it is not finished before.
    if (task.intent !== undefined) await task.record(task.intent, success);
    task.finish(success);
  } catch (error) {
    // What it was aborted for does not keep it from being settled.
    const settling = { isTakingOver: false, signal: new AbortController().signal };
    if (task.intent === undefined) failTask(task, error, world);
    else await settleTask(task, task.intent, { error, settling }, world);
  }
}

interface Unfinished {
  /** Why it did not go through. */
  readonly error: unknown;
  readonly settling: Settling;
}

/** Brings a task to an end that did not go through. Never rejects. */
export async function settleTask(
  task: Task,
  intent: Intent,
  { error, settling }: Unfinished,
  { settle, unsettled, log }: TaskWorld,
): Promise<void> {
  const { taskId, verb } = task;
  try {
    const settled = await settle(intent, task.poolId, settling);
    const end = settled === "completed" ? success : failureOf(error, "cleanSuccess");
    await task.record(intent, end);
    task.finish(end);
    log.warn(`a task that did not go through was ${settled}`, { taskId, verb, error: describeError(error) });
  } catch (cause) {
    // The record on the disk still says "running": whoever is the SPM tries again.
    task.finish(failureOf(error, "cleanFailure"));
    unsettled.add(task, intent, error);
    log.error("a task failed and could not be settled; that is tried again later, by this SPM or the next", {
      taskId,
      verb,
      error: describeError(error),
      settling: describeError(cause),
    });
  }
}

/** Ends a task that has changed nothing. */
export function failTask(task: Task, error: unknown, { log }: Pick<TaskWorld, "log">): void {
  const { taskId, verb } = task;
  task.finish(failureOf(error, "cleanSuccess"));
  log.warn("a task failed", { taskId, verb, error: describeError(error) });
}

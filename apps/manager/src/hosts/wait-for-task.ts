import { type AgentCalls, AgentFault } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import { poll } from "@yagura/std/poll.ts";
import { isFault } from "./agent-errors.ts";

/**
 * What was asked for has not happened, and nobody is at it any more: the task was lost with its host's role, or ended by a
 * handover. Whoever is the storage's manager now can be asked again.
 */
export class StorageTaskLost extends Error {
  override readonly name = "StorageTaskLost";
  readonly retryable = true;

  constructor(what: string, options?: ErrorOptions) {
    super(`what the host was asked for, to ${what}, was lost`, options);
  }
}

/** A storage task of a host ended without success. */
export class StorageTaskFailed extends Error {
  override readonly name = "StorageTaskFailed";
  readonly code: number;

  constructor(what: string, code: number, options: ErrorOptions) {
    super(`the host could not ${what}`, options);
    this.code = code;
  }
}

export interface TaskWait {
  readonly calls: AgentCalls;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** "create the volume", for the error. */
  readonly what: string;
  readonly timeoutMs?: number;
}

const TASK_TIMEOUT_MS = 10 * 60_000;

/**
 * Waits for a storage task and clears it: finished tasks stay on the storage until somebody does.
 * A task that the host does not know any more is left to whoever called: he looks at what it should have done.
 * @throws StorageTaskFailed; StorageTaskLost when it was ended before it was done; DeadlineExceeded, when it is unknown what
 * becomes of it.
 */
export async function waitForTask(taskId: string, { calls, clock, signal, what, timeoutMs }: TaskWait): Promise<void> {
  const status = await poll(
    `the host's task to ${what}`,
    async () => {
      try {
        const found = await calls.Task.getStatus({ taskID: taskId }, { signal });
        return found.taskState === "finished" && found;
      } catch (error) {
        if (isFault(error, "UnknownTask")) return "unknown" as const;
        throw error;
      }
    },
    { timeoutMs: timeoutMs ?? TASK_TIMEOUT_MS, everyMs: 200, clock, signal },
  );
  if (status === "unknown") return;
  await calls.Task.clear({ taskID: taskId }, { signal });
  if (status.code !== 0 || status.taskResult === "cleanFailure") {
    const cause = AgentFault.received(status.code, status.message ?? "");
    if (isFault(cause, "TaskAborted", "ActionStopped")) throw new StorageTaskLost(what, { cause });
    throw new StorageTaskFailed(what, status.code, { cause });
  }
}

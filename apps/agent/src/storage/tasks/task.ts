import { assert } from "@yagura/std/assert.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { TaskId } from "@yagura/std/ids.ts";
import { AgentError } from "../../errors.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { TaskStatus } from "../contract/tasks.ts";
import { StorageError } from "../errors.ts";
import type { LockKey } from "./image-locks.ts";
import type { Intent } from "./intent.ts";
import type { TaskRecord, TaskStore } from "./task-store.ts";

const GENERAL_ERROR = 100;

/** What the work of a task is given. */
export interface RunningTask {
  readonly signal: AbortSignal;
  /**
   * Writes down what is about to be done. From then on a failure, or the end of this process, leads to `settle`.
   * Called at most once, after everything was checked and before anything is changed.
   */
  intend(intent: Intent): Promise<void>;
  /** What people see in the status while it runs. */
  say(message: string): void;
}

export interface NewTask {
  readonly verb: string;
  readonly poolId: PoolId;
  /** Nobody else works on these meanwhile. */
  readonly locks: readonly LockKey[];
  /** Absent: the task changes nothing that would have to be undone. */
  readonly store?: TaskStore;
  run(task: RunningTask): Promise<void>;
}

export interface TaskOptions {
  readonly taskId: TaskId;
  readonly verb: string;
  /** Absent for streams, which belong to no pool. */
  readonly poolId?: PoolId | undefined;
  readonly store?: TaskStore | undefined;
  /** What was begun already, by whoever was the SPM before. */
  readonly intent?: Intent;
}

type End = Pick<TaskRecord, "state" | "result" | "code" | "message">;

export const success: End = { state: "finished", result: "success", code: 0, message: "" };

/** One task: what it is, how far it is, and its record on the master domain. */
export class Task {
  readonly taskId: TaskId;
  readonly verb: string;
  readonly poolId: PoolId | undefined;
  readonly store: TaskStore | undefined;
  readonly #abort = new AbortController();
  /** Resolves when it has ended, in whatever way. */
  done: Promise<void> = Promise.resolve();
  intent: Intent | undefined;
  status: TaskStatus;

  constructor({ taskId, verb, poolId, store, intent }: TaskOptions) {
    this.taskId = taskId;
    this.verb = verb;
    this.poolId = poolId;
    this.store = store;
    this.intent = intent;
    this.status = { taskId, state: "running", code: 0, message: "" };
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isFinished(): boolean {
    return this.status.state === "finished";
  }

  abort(why: string): void {
    if (this.status.state !== "running") return;
    this.status = { ...this.status, state: "aborting" };
    this.#abort.abort(new StorageError("TaskAborted", why));
  }

  say(message: string): void {
    if (!this.isFinished) this.status = { ...this.status, message };
  }

  /** Writes down, where it has a journal, what is to be known of it after this process. */
  async record(intent: Intent, end: End): Promise<void> {
    const { taskId, verb, poolId, store } = this;
    assert(poolId !== undefined, "a task with an intent belongs to a pool");
    await store?.write({ format: 1, taskId, poolId, verb, intent, ...end });
  }

  finish({ result, code, message }: Omit<End, "state">): void {
    this.status = { taskId: this.taskId, state: "finished", code, message, ...(result !== undefined && { result }) };
  }
}

/** How a task ended that did not go through. */
export function failureOf(error: unknown, result: "cleanSuccess" | "cleanFailure"): End {
  const code = error instanceof AgentError ? error.code : GENERAL_ERROR;
  return { state: "finished", result, code, message: describeError(error) };
}

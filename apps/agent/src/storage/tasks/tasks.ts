import { assert } from "@yagura/std/assert.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { newId, type TaskId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../../errors.ts";
import { StorageError } from "../errors.ts";
import type { PoolId, StorageTasks, TaskInfo, TaskStatus } from "../storage.ts";
import type { ImageKey, ImageLocks } from "./image-locks.ts";
import type { Intent, Settled } from "./intent.ts";
import type { TaskRecord, TaskStore } from "./task-store.ts";

/** As in vdsm: so many at once, so many remembered. */
const RUNNING_MAX = 10;
const TASKS_MAX = 500;
/** Clients of streams rarely ask what became of them; older ones are forgotten. */
const STREAMS_MAX = 100;
const GENERAL_ERROR = 100;

/** Brings what was begun to an end; rejects when it cannot, or when this host has no right to it any more. */
export type Settle = (intent: Intent, poolId: PoolId | undefined) => Promise<Settled>;

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
  readonly images: readonly ImageKey[];
  /** Absent: the task changes nothing that would have to be undone. */
  readonly store?: TaskStore;
  run(task: RunningTask): Promise<void>;
}

interface Task {
  readonly taskId: TaskId;
  readonly verb: string;
  /** Absent for streams, which belong to no pool. */
  readonly poolId: PoolId | undefined;
  readonly store: TaskStore | undefined;
  readonly controller: AbortController;
  done: Promise<void>;
  intent: Intent | undefined;
  status: TaskStatus;
}

/** All tasks of this host. Finished ones stay until they are cleared, those with an intent also on the master domain. */
export class Tasks implements StorageTasks {
  readonly #tasks = new Map<TaskId, Task>();
  readonly #locks: ImageLocks;
  readonly #settle: Settle;
  readonly #log: Log;
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(options: { locks: ImageLocks; settle: Settle; log: Log }) {
    this.#locks = options.locks;
    this.#settle = options.settle;
    this.#log = options.log;
  }

  /** Returns at once; the work begins when its images and a place are free. */
  start({ verb, poolId, images, store, run }: NewTask): TaskId {
    if (this.#tasks.size >= TASKS_MAX) {
      throw new StorageError("TooManyTasks", `${TASKS_MAX} tasks are known already; clear finished ones`);
    }
    const task = this.#add({ taskId: newId<TaskId>(), verb, poolId, store });
    task.done = this.#locks.run(images, () => this.#inPlace(() => this.#drive(task, run)));
    return task.taskId;
  }

  /** A new SPM takes over what the one before left: settles what was begun, and remembers what was finished. */
  async recover(store: TaskStore): Promise<void> {
    await store.tidy();
    for (const record of await store.list()) {
      // One that could not be settled before is tried again; any other that we know needs nothing.
      const known = this.#tasks.get(record.taskId);
      if (known !== undefined && known.status.result !== "cleanFailure") continue;
      const task = this.#add({ ...record, store });
      task.intent = record.intent;
      if (record.state === "finished") {
        const { taskId, result, code, message } = record;
        task.status = { taskId, state: "finished", code, message, ...(result !== undefined && { result }) };
      } else {
        const interrupted = new StorageError("TaskAborted", `the agent ended while ${record.verb} was running`);
        await this.#settleFailure(task, record.intent, interrupted);
      }
    }
  }

  /** A task without an end: its work goes on elsewhere. Used by streams. */
  begin(verb: string): { readonly taskId: TaskId; finish(error?: unknown): void } {
    const streams = [...this.#tasks.values()].filter((known) => known.poolId === undefined);
    for (const old of streams.filter(({ status }) => status.state === "finished").slice(0, -STREAMS_MAX)) {
      this.#tasks.delete(old.taskId);
    }
    const task = this.#add({ taskId: newId<TaskId>(), verb, poolId: undefined, store: undefined });
    return { taskId: task.taskId, finish: (error) => this.#finish(task, error) };
  }

  getStatus(taskId: TaskId): TaskStatus {
    return this.#get(taskId).status;
  }

  getInfo(taskId: TaskId): TaskInfo {
    const { verb } = this.#get(taskId);
    return { taskId, verb };
  }

  async clear(taskId: TaskId): Promise<void> {
    const task = this.#get(taskId);
    if (task.status.state !== "finished") throw new StorageError("TaskNotFinished", `task ${taskId} is still running`);
    // What is still to be settled stays on the disk for the next SPM.
    if (task.intent !== undefined && task.status.result !== "cleanFailure") await task.store?.forget(taskId);
    this.#tasks.delete(taskId);
  }

  async stop(taskId: TaskId): Promise<void> {
    const task = this.#get(taskId);
    this.#abort(task, `task ${taskId} was stopped`);
    await task.done;
  }

  async revert(taskId: TaskId): Promise<void> {
    if (this.#get(taskId).status.state === "finished") {
      throw new StorageError("TaskStateError", `task ${taskId} is finished and cannot be undone`);
    }
    await this.stop(taskId);
  }

  listStatuses(): TaskStatus[] {
    return [...this.#tasks.values()].map(({ status }) => status);
  }

  listInfo(): TaskInfo[] {
    return [...this.#tasks.values()].map(({ taskId, verb }) => ({ taskId, verb }));
  }

  hasRunning(poolId: PoolId): boolean {
    return [...this.#tasks.values()].some((task) => task.poolId === poolId && task.status.state !== "finished");
  }

  /** Resolves when all that runs for a pool now has ended. */
  async whenDone(poolId: PoolId): Promise<void> {
    await Promise.all([...this.#tasks.values()].flatMap((task) => (task.poolId === poolId ? [task.done] : [])));
  }

  /** Ends what runs for a pool, or everything, and waits until it is settled. */
  async stopAll(why: string, poolId?: PoolId): Promise<void> {
    const concerned = [...this.#tasks.values()].filter((task) => poolId === undefined || task.poolId === poolId);
    for (const task of concerned) this.#abort(task, why);
    await Promise.all(concerned.map(({ done }) => done));
  }

  /** Forgets finished tasks of a pool in memory: they belong to whoever is SPM. */
  forgetPool(poolId: PoolId): void {
    for (const task of this.#tasks.values()) {
      if (task.poolId === poolId && task.store !== undefined && task.status.state === "finished") {
        this.#tasks.delete(task.taskId);
      }
    }
  }

  #add(options: { taskId: TaskId; verb: string; poolId: PoolId | undefined; store: TaskStore | undefined }): Task {
    const { taskId, verb, poolId, store } = options;
    const status: TaskStatus = { taskId, state: "running", code: 0, message: "" };
    const controller = new AbortController();
    const done = Promise.resolve();
    const task: Task = { taskId, verb, poolId, store, controller, done, intent: undefined, status };
    this.#tasks.set(taskId, task);
    return task;
  }

  #get(taskId: TaskId): Task {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new StorageError("UnknownTask", `there is no task ${taskId}`);
    return task;
  }

  /** Never rejects: whatever happens ends up in the task's status. */
  async #drive(task: Task, run: NewTask["run"]): Promise<void> {
    try {
      task.controller.signal.throwIfAborted();
      await run({
        signal: task.controller.signal,
        say: (message) => {
          if (task.status.state !== "finished") task.status = { ...task.status, message };
        },
        intend: async (intent) => {
          await task.store?.write(recordOf(task, intent, { state: "running", code: 0, message: "" }));
          task.intent = intent;
        },
      });
      // Until this is written the task would be settled after a crash; so it is not finished before.
      if (task.intent !== undefined) {
        await task.store?.write(
          recordOf(task, task.intent, { state: "finished", result: "success", code: 0, message: "" }),
        );
      }
      this.#finish(task);
    } catch (error) {
      if (task.intent === undefined) this.#finish(task, error);
      else await this.#settleFailure(task, task.intent, error);
    }
  }

  async #settleFailure(task: Task, intent: Intent, error: unknown): Promise<void> {
    try {
      const settled = await this.#settle(intent, task.poolId);
      const failure = { state: "finished", result: "cleanSuccess", ...describe(error) } as const;
      const end =
        settled === "completed" ? ({ state: "finished", result: "success", code: 0, message: "" } as const) : failure;
      await task.store?.write(recordOf(task, intent, end));
      task.status = { taskId: task.taskId, ...end };
      this.#log.warn(`a task that did not go through was ${settled}`, {
        taskId: task.taskId,
        verb: task.verb,
        error: describeError(error),
      });
    } catch (cause) {
      // The record on the disk still says "running": the next SPM tries again.
      task.status = { taskId: task.taskId, state: "finished", result: "cleanFailure", ...describe(error) };
      this.#log.error("a task failed and could not be settled", {
        taskId: task.taskId,
        verb: task.verb,
        error: describeError(error),
        settling: describeError(cause),
      });
    }
  }

  #finish(task: Task, error?: unknown): void {
    const { taskId, verb } = task;
    if (error === undefined) {
      task.status = { taskId, state: "finished", result: "success", code: 0, message: "" };
      return;
    }
    task.status = { taskId, state: "finished", result: "cleanSuccess", ...describe(error) };
    this.#log.warn("a task failed", { taskId, verb, error: describeError(error) });
  }

  #abort(task: Task, why: string): void {
    if (task.status.state !== "running") return;
    task.status = { ...task.status, state: "aborting" };
    task.controller.abort(new StorageError("TaskAborted", why));
  }

  async #inPlace(work: () => Promise<void>): Promise<void> {
    while (this.#running >= RUNNING_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

function recordOf(
  task: Task,
  intent: Intent,
  end: Pick<TaskRecord, "state" | "result" | "code" | "message">,
): TaskRecord {
  const { taskId, verb, poolId } = task;
  assert(poolId !== undefined, "a task with an intent belongs to a pool");
  return { format: 1, taskId, poolId, verb, intent, ...end };
}

function describe(error: unknown): { code: number; message: string } {
  return { code: error instanceof AgentError ? error.code : GENERAL_ERROR, message: describeError(error) };
}

import { newId, type TaskId } from "@yagura/std/ids.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { StorageTasks, TaskInfo, TaskStatus } from "../contract/tasks.ts";
import { StorageError } from "../errors.ts";
import { driveTask, failTask, settleTask, type TaskWorld } from "./drive-task.ts";
import type { LockKey } from "./image-locks.ts";
import { type Intent, locksOf } from "./intent.ts";
import { failureOf, type NewTask, success, Task, type TaskOptions } from "./task.ts";
import type { TaskStore } from "./task-store.ts";
import { Unsettled, type UnsettledWorld } from "./unsettled.ts";
import { WorkPlaces } from "./work-places.ts";

/** So many at once on the same domains, as many as vdsm has in all; so many remembered. */
const RUNNING_MAX = 10;
const TASKS_MAX = 500;
/** Clients of streams rarely ask what became of them; older ones are forgotten. */
const STREAMS_MAX = 100;

export type TasksWorld = Omit<UnsettledWorld, "isKnown">;

/** What the SPM before left unfinished. */
export interface Recovery {
  readonly intents: readonly Intent[];
  /** Resolves when all of it has been settled, or was found impossible to settle. */
  readonly settled: Promise<void>;
}

/** All tasks of this host. Finished ones stay until they are cleared, those with an intent also on the master domain. */
export class Tasks implements StorageTasks {
  readonly #tasks = new Map<TaskId, Task>();
  readonly #places = new WorkPlaces(RUNNING_MAX);
  readonly #locks: TasksWorld["locks"];
  readonly #world: TaskWorld;

  constructor(world: TasksWorld) {
    this.#locks = world.locks;
    const isKnown = (task: Task): boolean => this.#tasks.get(task.taskId) === task;
    this.#world = { settle: world.settle, log: world.log, unsettled: new Unsettled({ ...world, isKnown }) };
  }

  /** Returns at once; the work begins when its images and a place are free. */
  start({ verb, poolId, locks, store, run }: NewTask): TaskId {
    if (this.#tasks.size >= TASKS_MAX) {
      throw new StorageError("TooManyTasks", `${TASKS_MAX} tasks are known already; clear finished ones`);
    }
    const task = this.#add({ taskId: newId<TaskId>(), verb, poolId, store });
    this.#inTurn(task, locks, {
      work: () => driveTask(task, run, this.#world),
      giveUp: () => failTask(task, task.signal.reason, this.#world),
    });
    return task.taskId;
  }

  /**
   * A new SPM takes over what the one before left: begins to settle what was begun, and remembers what was finished. When
   * this returns, the images concerned are locked: nobody here touches them before they are settled.
   */
  async recover(store: TaskStore): Promise<Recovery> {
    await store.tidy();
    const records = await store.list();
    const poolIds = new Set(records.map(({ poolId }) => poolId));
    await Promise.all([...poolIds].map((poolId) => this.#world.unsettled.forget(poolId)));
    const recovered: Task[] = [];
    for (const { taskId, verb, poolId, intent, ...end } of records) {
      // What is on the disk is as true of a finished one as what we know, and from now on its record is in this journal.
      const known = this.#tasks.get(taskId);
      if (known !== undefined && !known.isFinished) continue;
      const task = this.#add({ taskId, verb, poolId, intent, store });
      if (end.state === "finished") task.finish(end);
      else recovered.push(this.#settleInTurn(task, intent));
    }
    const intents = recovered.flatMap(({ intent }) => (intent === undefined ? [] : [intent]));
    return { intents, settled: Promise.all(recovered.map(({ done }) => done)).then(() => undefined) };
  }

  /** A task without an end: its work goes on elsewhere. Used by streams. */
  begin(verb: string): { readonly taskId: TaskId; finish(error?: unknown): void } {
    const streams = [...this.#tasks.values()].filter((known) => known.poolId === undefined);
    for (const old of streams.filter(({ isFinished }) => isFinished).slice(0, -STREAMS_MAX)) {
      this.#tasks.delete(old.taskId);
    }
    const task = this.#add({ taskId: newId<TaskId>(), verb });
    return {
      taskId: task.taskId,
      finish: (error) => (error === undefined ? task.finish(success) : failTask(task, error, this.#world)),
    };
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
    if (!task.isFinished) throw new StorageError("TaskNotFinished", `task ${taskId} is still running`);
    // What is still to be settled stays on the disk for the next SPM.
    if (task.intent !== undefined && task.status.result !== "cleanFailure") await task.store?.forget(taskId);
    this.#tasks.delete(taskId);
  }

  async stop(taskId: TaskId): Promise<void> {
    const task = this.#get(taskId);
    task.abort(`task ${taskId} was stopped`);
    await task.done;
  }

  async revert(taskId: TaskId): Promise<void> {
    if (this.#get(taskId).isFinished) {
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
    return this.#listOf(poolId).some(({ isFinished }) => !isFinished);
  }

  /** Resolves when all that runs for a pool now has ended. */
  async whenDone(poolId: PoolId): Promise<void> {
    await Promise.all(this.#listOf(poolId).map(({ done }) => done));
  }

  /** Ends what runs for a pool, or everything, and waits until it is settled. */
  async stopAll(why: string, poolId?: PoolId): Promise<void> {
    const concerned = this.#listOf(poolId);
    for (const task of concerned) task.abort(why);
    await Promise.all([...concerned.map(({ done }) => done), this.#world.unsettled.forget(poolId)]);
  }

  /** Forgets finished tasks of a pool in memory: they belong to whoever is SPM. */
  forgetPool(poolId: PoolId): void {
    void this.#world.unsettled.forget(poolId);
    for (const { taskId, store, isFinished } of this.#listOf(poolId)) {
      if (store !== undefined && isFinished) this.#tasks.delete(taskId);
    }
  }

  #listOf(poolId: PoolId | undefined): Task[] {
    return [...this.#tasks.values()].filter((task) => poolId === undefined || task.poolId === poolId);
  }

  #add(options: TaskOptions): Task {
    const task = new Task(options);
    this.#tasks.set(task.taskId, task);
    return task;
  }

  #get(taskId: TaskId): Task {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new StorageError("UnknownTask", `there is no task ${taskId}`);
    return task;
  }

  #settleInTurn(task: Task, intent: Intent): Task {
    const error = new StorageError("TaskAborted", `the agent ended while ${task.verb} was running`);
    const settling = { isTakingOver: true, signal: task.signal };
    task.say("settling what was left unfinished");
    this.#inTurn(task, locksOf(intent), {
      work: () => settleTask(task, intent, { error, settling }, this.#world),
      // Its record stays: the next SPM settles it.
      giveUp: () => task.finish(failureOf(error, "cleanFailure")),
    });
    return task;
  }

  /** A task that is aborted while it waits has ended at once: what it waits for may take hours. */
  #inTurn(task: Task, locks: readonly LockKey[], { work, giveUp }: { work(): Promise<void>; giveUp(): void }): void {
    const { promise: givenUp, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      giveUp();
      resolve();
    };
    task.signal.addEventListener("abort", onAbort, { once: true });
    const begin = async (): Promise<void> => {
      if (task.isFinished) return;
      task.signal.removeEventListener("abort", onAbort);
      await work();
    };
    const turn = this.#locks.run(locks, () => this.#places.run(locks, begin));
    task.done = Promise.race([turn, givenUp]);
  }
}

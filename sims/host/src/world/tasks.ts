import { AgentFault, type TaskStatus } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";

interface SimulatedTask {
  readonly taskId: string;
  readonly verb: string;
  readonly work: () => void;
  state: "running" | "finished";
  fault: AgentFault | undefined;
}

export interface TasksOptions {
  readonly clock: Clock;
  readonly taskMs: number;
  readonly mode: "auto" | "explicit";
}

const tasksMax = 500;

/** Storage tasks: started by a verb, done a little later, kept until they are cleared. */
export class Tasks {
  readonly #options: TasksOptions;
  readonly #tasks = new Map<string, SimulatedTask>();
  #ended = new AbortController();
  /** While the host stands still, nothing ends on it. */
  #still: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /**
   * `work` changes the world when the task is done; an AgentFault it throws is the task's failure.
   * @param ready what the task waits for before, besides its time; not in explicit mode.
   */
  start(verb: string, work: () => void, ready: (signal: AbortSignal) => Promise<void> = async () => undefined): string {
    if (this.#tasks.size >= tasksMax) throw new AgentFault("AddTaskError", "too many tasks");
    const task: SimulatedTask = { taskId: crypto.randomUUID(), verb, work, state: "running", fault: undefined };
    this.#tasks.set(task.taskId, task);
    if (this.#options.mode === "auto") {
      void this.#wait(ready, this.#ended.signal).then(
        () => this.finish(task.taskId),
        () => undefined,
      );
    }
    return task.taskId;
  }

  /** Ends a task: its work is done now, or it fails with `fault`. */
  finish(taskId: string, fault?: AgentFault): void {
    const task = this.#get(taskId);
    if (task.state === "finished") return;
    task.state = "finished";
    task.fault = fault ?? failureOf(task.work);
  }

  ids(): readonly string[] {
    return [...this.#tasks.keys()];
  }

  verbOf(taskId: string): string {
    return this.#get(taskId).verb;
  }

  statusOf(taskId: string): TaskStatus {
    const { state, fault } = this.#get(taskId);
    if (state === "running")
      return { taskID: taskId, taskState: "running", taskResult: "", code: 0, message: "running job" };
    if (fault === undefined) {
      return {
        taskID: taskId,
        taskState: "finished",
        taskResult: "success",
        code: 0,
        message: "1 jobs completed successfully",
      };
    }
    return {
      taskID: taskId,
      taskState: "finished",
      taskResult: "cleanSuccess",
      code: fault.code,
      message: fault.message,
    };
  }

  clear(taskId: string): void {
    if (this.#get(taskId).state !== "finished") throw new AgentFault("TaskNotFinished", { taskID: taskId });
    this.#tasks.delete(taskId);
  }

  /** The process ends, and with it what was under way: none of it is done any more, and nobody knows of it. */
  die(): void {
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#tasks.clear();
  }

  standStill(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#still ??= { promise, resolve };
  }

  goOn(): void {
    this.#still?.resolve();
    this.#still = undefined;
  }

  /** Stops the timers of what is under way. */
  close(): void {
    this.#ended.abort();
  }

  async #wait(ready: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(this.#options.taskMs, signal);
    await ready(signal);
    while (this.#still !== undefined) await this.#still.promise;
    signal.throwIfAborted();
  }

  #get(taskId: string): SimulatedTask {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new AgentFault("UnknownTask", { taskID: taskId });
    return task;
  }
}

function failureOf(work: () => void): AgentFault | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AgentFault) return error;
    throw error;
  }
}

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
  readonly #ended = new AbortController();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** `work` changes the world when the task is done; an AgentFault it throws is the task's failure. */
  start(verb: string, work: () => void): string {
    if (this.#tasks.size >= tasksMax) throw new AgentFault("AddTaskError", "too many tasks");
    const task: SimulatedTask = { taskId: crypto.randomUUID(), verb, work, state: "running", fault: undefined };
    this.#tasks.set(task.taskId, task);
    if (this.#options.mode === "auto") {
      void this.#options.clock.sleep(this.#options.taskMs, this.#ended.signal).then(
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

  /** Stops the timers of what is under way. */
  close(): void {
    this.#ended.abort();
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

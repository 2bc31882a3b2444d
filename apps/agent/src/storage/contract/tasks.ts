// Tasks: Task.*, Host.getAllTasks*.
import type { TaskId } from "@yagura/std/ids.ts";

export interface StorageTasks {
  /** Rejects with 401 for a task that is not known here. */
  getStatus(taskId: TaskId): TaskStatus;
  getInfo(taskId: TaskId): TaskInfo;
  /** Forgets a finished task; 403 while it runs. */
  clear(taskId: TaskId): Promise<void>;
  /** Ends a running task and undoes what it did; resolves when that is done. A finished one is left alone. */
  stop(taskId: TaskId): Promise<void>;
  /** The same for a running task; a finished one cannot be undone (410). */
  revert(taskId: TaskId): Promise<void>;
  listStatuses(): readonly TaskStatus[];
  listInfo(): readonly TaskInfo[];
}

export interface TaskStatus {
  readonly taskId: TaskId;
  readonly state: "running" | "aborting" | "finished";
  /** Once finished. cleanSuccess: it failed and left nothing behind; cleanFailure: something may be left. */
  readonly result?: "success" | "cleanSuccess" | "cleanFailure";
  /** 0, or why it failed. */
  readonly code: number;
  readonly message: string;
}

export interface TaskInfo {
  readonly taskId: TaskId;
  readonly verb: string;
}

import type { SomeVerbs, TaskInfo as TaskInfoOnWire, TaskStatus as TaskStatusOnWire } from "@yagura/agent-protocol";
import { parseId, type TaskId } from "@yagura/std/ids.ts";
import type { TaskInfo, TaskStatus } from "../storage/contract/tasks.ts";
import type { Storage } from "../storage/storage.ts";

/** The namespace `Task`. */
export function taskVerbs({ tasks }: Storage): NonNullable<SomeVerbs["Task"]> {
  const id = (taskID: string): TaskId => parseId<TaskId>(taskID);
  return {
    getStatus: async ({ taskID }) => formatTaskStatus(tasks.getStatus(id(taskID))),
    getInfo: async ({ taskID }) => formatTaskInfo(tasks.getInfo(id(taskID))),
    clear: ({ taskID }) => tasks.clear(id(taskID)),
    stop: ({ taskID }) => tasks.stop(id(taskID)),
    revert: ({ taskID }) => tasks.revert(id(taskID)),
  };
}

export function formatTaskStatus({ taskId, state, result, code, message }: TaskStatus): TaskStatusOnWire {
  return { taskID: taskId, taskState: state, taskResult: result ?? "", code, message };
}

export function formatTaskInfo({ taskId, verb }: TaskInfo): TaskInfoOnWire {
  return { id: taskId, verb };
}

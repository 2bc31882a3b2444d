import { AgentFault, type SomeVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";

export function taskVerbs({ tasks }: HostWorld): NonNullable<SomeVerbs["Task"]> {
  return {
    async getStatus({ taskID }) {
      return tasks.statusOf(taskID);
    },
    async getInfo({ taskID }) {
      return { id: taskID, verb: tasks.verbOf(taskID) };
    },
    async clear({ taskID }) {
      tasks.clear(taskID);
    },
    async stop({ taskID }) {
      tasks.finish(taskID, new AgentFault("TaskAborted", { taskID }));
    },
    async revert({ taskID }) {
      tasks.statusOf(taskID);
    },
  };
}

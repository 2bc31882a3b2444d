import { poll } from "@yagura/std/poll.ts";
import type { Centre } from "./centre.ts";

const jobMs = 240_000;

/** Whether an operation was done or undone, as its job says; an operation that never became a job was not done. */
export function endOfJob({ three }: Centre, correlationId: string): Promise<"done" | "undone"> {
  const { jobs } = three.manager.client;
  return poll<"done" | "undone">(
    "the end of the operation",
    async () => {
      const found = await jobs.list({ search: `correlation_id=${correlationId}` });
      if (found.some(({ status }) => status === "started" || status === "unknown")) return undefined;
      return found.length > 0 && found.every(({ status }) => status === "finished") ? "done" : "undone";
    },
    { timeoutMs: jobMs, everyMs: 500 },
  );
}

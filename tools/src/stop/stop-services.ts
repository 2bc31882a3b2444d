import { stopRecorded } from "@yagura/lab/recorded-process.ts";
import { pidFile } from "../start/daemon.ts";
import type { Layout } from "../start/layout.ts";

/** Ends agent and Manager, in this order, so that the Manager does not take the agent's end for a failure. */
export async function stopServices(layout: Layout): Promise<boolean> {
  const manager = await stopRecorded(pidFile(layout, "manager"));
  const agent = await stopRecorded(pidFile(layout, "agent"));
  return manager || agent;
}

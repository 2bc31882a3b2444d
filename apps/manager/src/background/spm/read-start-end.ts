import { agentErrors } from "@yagura/agent-protocol";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { isFault } from "../../hosts/agent-errors.ts";
import type { SpmReport } from "../../hosts/host-pools.ts";
import type { SpmMemory } from "./spm-memory.ts";

const ANSWER_MS_MAX = 2000;

/** A start that this Manager has asked for: has it ended, and how. */
export async function readStartEnd(
  { hosts, clock, signal, log }: OpContext,
  memory: SpmMemory,
  reports: ReadonlyMap<HostId, SpmReport | "not connected">,
): Promise<void> {
  const { start } = memory;
  if (start === undefined) return;
  const report = reports.get(start.hostId);
  // Silent, or it does not know the pool any more: it was away, and its start with it.
  if (report === undefined || report === "not connected") {
    if (hosts.linkOf(start.hostId)?.isOpen !== true || report === "not connected") memory.start = undefined;
    return;
  }
  if (report.role === "contending") return;
  const calls = hosts.calls(start.hostId);
  const options = { signal, timeoutMs: ANSWER_MS_MAX };
  try {
    const status = await calls.Task.getStatus({ taskID: start.taskId }, options);
    if (status.taskState !== "finished") return;
    await calls.Task.clear({ taskID: start.taskId }, options);
    memory.start = undefined;
    if (report.role === "spm" || status.code === 0) return;
    if (status.code === agentErrors.AcquireLockFailure.code) memory.holderAliveAtMs = clock.monotonicMs();
    else memory.failedAtMs.set(start.hostId, clock.monotonicMs());
    log.warn("a host did not become the storage pool manager", { hostId: start.hostId, error: status.message });
  } catch (error) {
    if (isFault(error, "UnknownTask")) memory.start = undefined;
    else log.info("cannot read how a start ended", { hostId: start.hostId, error: describeError(error) });
  }
}

import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../../context.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Host } from "../../domain/host/host.ts";
import { isFault } from "../../hosts/agent-errors.ts";
import { readSpm, type SpmReport, startSpm, stopSpm } from "../../hosts/host-pools.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { recordContender, recordStartFailed, recordStopFailed, recordStopped } from "./record-spm.ts";
import type { SpmMemory } from "./spm-memory.ts";

interface Deed {
  readonly dataCenter: DataCenter;
  readonly host: Host;
  readonly memory: SpmMemory;
  readonly because: string;
}

/** Asks the host to become SPM. What it says of itself when that has ended; `undefined` when it takes longer. */
export async function carryOutStart(context: OpContext, deed: Deed): Promise<SpmReport | undefined> {
  const { dataCenter, host, memory, because } = deed;
  memory.because ??= because;
  await recordContender(context, deed);
  try {
    const talk = talkTo(context, host);
    memory.start = { hostId: host.id, taskId: await startSpm(talk, dataCenter.id) };
  } catch (error) {
    context.signal.throwIfAborted();
    memory.failedAtMs.set(host.id, context.clock.monotonicMs());
    await recordStartFailed(context, deed, describeError(error));
    return undefined;
  }
  return followStart(context, deed);
}

/** Asks the SPM to give the role up. Returns whether it has. */
export async function carryOutStop(context: OpContext, deed: Deed): Promise<boolean> {
  const { dataCenter, host, memory, because } = deed;
  const talk = talkTo(context, host);
  try {
    await clearEndedTasks(talk, { isStart: !memory.keptAtMs.has(host.id) });
    await stopSpm({ ...talk, signal: AbortSignal.any([talk.signal, AbortSignal.timeout(STOP_MS_MAX)]) }, dataCenter.id);
    memory.keptAtMs.delete(host.id);
    memory.because = because;
    memory.isPlanned = true;
    await recordStopped(context, deed);
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    const isFirst = !memory.keptAtMs.has(host.id);
    memory.keptAtMs.set(host.id, context.clock.monotonicMs());
    if (isFirst) await recordStopFailed(context, deed, describeError(error));
    return false;
  }
}

/** Storage that does not answer must not hold up the looking after for long; what became of the stop is seen by looking. */
const STOP_MS_MAX = 40_000;
const ASK_MS = 50;
const FOLLOW_MS = 2000;
const ANSWER_MS_MAX = 2000;

/**
 * While a host contends only this one is asked, so that the end is seen at once: by the task where we began it, since to ask
 * for the role makes the host read the storage that it is just busy with. Returns what it says when it does not contend any more.
 */
export async function followStart(
  context: OpContext,
  { dataCenter, host, memory }: Pick<Deed, "dataCenter" | "host" | "memory">,
): Promise<SpmReport | undefined> {
  const { clock, signal } = context;
  const { calls } = talkTo(context, host);
  const taskID = memory.start?.hostId === host.id ? memory.start.taskId : undefined;
  const endMs = clock.monotonicMs() + FOLLOW_MS;
  while (clock.monotonicMs() < endMs) {
    await clock.sleep(ASK_MS, signal);
    try {
      const options = { signal, timeoutMs: ANSWER_MS_MAX };
      if (taskID !== undefined && (await calls.Task.getStatus({ taskID }, options)).taskState !== "finished") continue;
      const ends = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
      const report = await readSpm({ calls, signal: ends }, dataCenter.id);
      if (report === "not connected") return undefined;
      if (report.role !== "contending") return report;
    } catch {
      // A look at all hosts tells more.
      signal.throwIfAborted();
      return undefined;
    }
  }
  return undefined;
}

/**
 * Tasks that ended and that nobody asks for any more keep some agents from giving the role up. At first only those that made
 * them SPM are cleared: whoever began another one may still want to know how it ended.
 */
async function clearEndedTasks({ calls, signal }: HostTalk, { isStart }: { readonly isStart: boolean }): Promise<void> {
  const tasks = await calls.Host.getAllTasks({}, { signal });
  for (const [taskID, { state, verb }] of Object.entries(tasks)) {
    if (state !== "finished" || (isStart && verb !== "spmStart")) continue;
    await calls.Task.clear({ taskID }, { signal }).catch((error: unknown) => {
      if (!isFault(error, "UnknownTask")) throw error;
    });
  }
}

function talkTo({ hosts, clock, signal }: OpContext, host: Host): HostTalk {
  return { calls: hosts.calls(host.id), clock, signal };
}

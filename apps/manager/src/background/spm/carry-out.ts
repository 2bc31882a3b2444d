import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../../context.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { Host } from "../../domain/host/host.ts";
import { isFault } from "../../hosts/agent-errors.ts";
import { readSpmRole, startSpm, stopSpm } from "../../hosts/host-pools.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { recordContender, recordStartFailed, recordStopFailed, recordStopped } from "./record-spm.ts";
import type { SpmMemory } from "./spm-memory.ts";

interface Deed {
  readonly dataCenter: DataCenter;
  readonly host: Host;
  readonly memory: SpmMemory;
  readonly because: string;
}

/** Asks the host to become SPM. Whether it does is seen by looking again. */
export async function carryOutStart(context: OpContext, deed: Deed): Promise<void> {
  const { dataCenter, host, memory, because } = deed;
  memory.because ??= because;
  await recordContender(context, deed);
  try {
    const talk = talkTo(context, host);
    memory.start = { hostId: host.id, taskId: await startSpm(talk, dataCenter.id) };
    await followStart(talk, dataCenter);
  } catch (error) {
    context.signal.throwIfAborted();
    memory.failedAtMs.set(host.id, context.clock.monotonicMs());
    await recordStartFailed(context, deed, describeError(error));
  }
}

/** Asks the SPM to give the role up. */
export async function carryOutStop(context: OpContext, deed: Deed): Promise<void> {
  const { dataCenter, host, memory, because } = deed;
  const talk = talkTo(context, host);
  try {
    await clearEndedTasks(talk, { isStart: !memory.keptAtMs.has(host.id) });
    await stopSpm({ ...talk, signal: AbortSignal.any([talk.signal, AbortSignal.timeout(STOP_MS_MAX)]) }, dataCenter.id);
    memory.keptAtMs.delete(host.id);
    memory.because = because;
    memory.isPlanned = true;
    await recordStopped(context, deed);
  } catch (error) {
    context.signal.throwIfAborted();
    const isFirst = !memory.keptAtMs.has(host.id);
    memory.keptAtMs.set(host.id, context.clock.monotonicMs());
    if (isFirst) await recordStopFailed(context, deed, describeError(error));
  }
}

/** Storage that does not answer must not hold up the looking after for long; what became of the stop is seen by looking. */
const STOP_MS_MAX = 40_000;
const ROLE_MS = 100;
const FOLLOW_MS = 2000;

/** While it contends only this one host is asked, so that its end is seen at once. */
export async function followStart({ calls, clock, signal }: HostTalk, { id }: Pick<DataCenter, "id">): Promise<void> {
  const endMs = clock.monotonicMs() + FOLLOW_MS;
  while (clock.monotonicMs() < endMs) {
    await clock.sleep(ROLE_MS, signal);
    const ends = AbortSignal.any([signal, AbortSignal.timeout(FOLLOW_MS)]);
    const role = await readSpmRole({ calls, clock, signal: ends }, id).catch(() => undefined);
    if (role !== "contending") return;
  }
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

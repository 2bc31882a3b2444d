import { readFile, rm, writeFile } from "node:fs/promises";
import { poll } from "@yagura/std/poll.ts";

/** A process that outlives us, named so that another one that later gets its number is never taken for it. */
export interface RecordedProcess {
  readonly pid: number;
  /** Clock ticks after boot at which it started: field 22 of /proc/PID/stat. */
  readonly startTicks: string;
}

/** Describes a running process, or `undefined` if there is none (a zombie counts as none). */
export async function describeProcess(pid: number): Promise<RecordedProcess | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name of the program, in parentheses, may hold anything; the fields after it are fixed.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  return startTicks === undefined || state === "Z" || state === "X" ? undefined : { pid, startTicks };
}

export async function isRunning(recorded: RecordedProcess): Promise<boolean> {
  return (await describeProcess(recorded.pid))?.startTicks === recorded.startTicks;
}

/** Writes who it is to a file, for a later `readRecord`. @throws Error when the process is gone already. */
export async function recordProcess(path: string, pid: number): Promise<RecordedProcess> {
  const recorded = await describeProcess(pid);
  if (recorded === undefined) throw new Error(`process ${pid} ended at once`);
  await writeFile(path, JSON.stringify(recorded));
  return recorded;
}

/** The process of a record if it still runs; an unreadable record or a process of another time counts as none. */
export async function readRecord(path: string): Promise<RecordedProcess | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const found = /^\{"pid":(\d+),"startTicks":"(\d+)"\}$/.exec(text);
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  const recorded = { pid: Number(found[1]), startTicks: found[2] };
  return (await isRunning(recorded)) ? recorded : undefined;
}

/** Asks the process of a record to end, kills it after `graceMs`, and removes the record. Does nothing when it is gone. */
export async function stopRecorded(path: string, graceMs = 10_000): Promise<boolean> {
  const recorded = await readRecord(path);
  if (recorded !== undefined) {
    const ended = async (): Promise<boolean> => !(await isRunning(recorded));
    sendSignal(recorded.pid, "SIGTERM");
    await poll("the end of the process", ended, { timeoutMs: graceMs }).catch(async () => {
      if (await isRunning(recorded)) sendSignal(recorded.pid, "SIGKILL");
      await poll("the end of the killed process", ended, { timeoutMs: 5_000 });
    });
  }
  await rm(path, { force: true });
  return recorded !== undefined;
}

function sendSignal(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended in the meantime, which is what we wanted.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

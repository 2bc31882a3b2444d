import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { withDeadline } from "@yagura/std/deadline.ts";

const START_MS = 60_000;
const STOP_MS = 10_000;
const TICKS_PER_SECOND = 100;

/** A server in a process of its own that says its port on its first line. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  /** Of its memory, now and at its largest, in MB. */
  memory(): Promise<{ readonly rssMb: number; readonly peakMb: number }>;
  /** What it has used of the processors so far: on a busy machine the only number that says what is its own. */
  cpuSeconds(): Promise<number>;
}

export async function startServer(program: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await withDeadline(`${program} to serve`, START_MS, () => portOf(child));
  return {
    port,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      const mb = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024);
      return { rssMb: mb("VmRSS"), peakMb: mb("VmHWM") };
    },
    async cpuSeconds() {
      const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
      const [user = 0, system = 0] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13)
        .map(Number);
      return (user + system) / TICKS_PER_SECOND;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await withDeadline(`${program} to stop`, STOP_MS, () => ended).catch(() => child.kill("SIGKILL"));
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("the server has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    return (JSON.parse(line) as { httpsPort: number }).httpsPort;
  }
  throw new Error("the server ended before it served");
}

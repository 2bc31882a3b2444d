import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { PointReport, WorkerJob, WorkerLine } from "./worker.ts";

export interface WorkerRun {
  /** Every point that was reached, in order. */
  readonly points: readonly PointReport[];
  /** What went wrong in the worker itself; a killed one says nothing. */
  readonly failed?: string;
  readonly isDone: boolean;
}

/** Where the host has to leave and join lockspaces, on a busy machine. */
const WORKER_MS = 180_000;

/**
 * Does one operation in a process of its own, to its end or to the point where it kills itself.
 * @param cachePath where Node keeps what it made of the program
 */
export async function runWorker(job: WorkerJob, cachePath: string): Promise<WorkerRun> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "worker.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    // Most of such a short life would be spent on reading its own program.
    env: { ...process.env, NODE_COMPILE_CACHE: cachePath },
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  let failed: string | undefined;
  const timer = setTimeout(() => {
    failed = `it did not end in ${WORKER_MS / 1000} s`;
    child.kill("SIGKILL");
  }, WORKER_MS);
  // One that dies before it has read is judged by what it said.
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${JSON.stringify(job)}\n`);
  const points: PointReport[] = [];
  let isDone = false;
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const line: WorkerLine = JSON.parse(text);
      if ("point" in line) points.push(line.point);
      else if ("failed" in line) failed = line.failed;
      else isDone = true;
    }
    await closed;
  } finally {
    clearTimeout(timer);
  }
  return { points, isDone, ...(failed !== undefined && { failed }) };
}

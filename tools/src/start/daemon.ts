import { spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecord, recordProcess } from "@yagura/lab/recorded-process.ts";
import { poll } from "@yagura/std/poll.ts";
import type { Layout } from "./layout.ts";

/** A process of ours did not come up. The end of its log is in the message. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}

export interface Daemon<Ready> {
  readonly pid: number;
  /** What it printed when it was ready. */
  readonly ready: Ready;
  readonly wasRunning: boolean;
}

/**
 * Starts a program of ours that outlives this one, or finds the one that runs. It tells that it is ready by a JSON line
 * with `"ready":true` on standard output; its log goes to `log/NAME.log`.
 * @param args makes the command line; asked only if it must be started
 * @throws CannotStart, and what `args` throws
 */
export async function ensureDaemon<Ready>(
  layout: Layout,
  name: string,
  args: () => Promise<readonly string[]>,
): Promise<Daemon<Ready>> {
  const record = pidFile(layout, name);
  const readyFile = join(layout.run, `${name}.ready`);
  const running = await readRecord(record);
  if (running !== undefined) {
    const ready = await poll(`${name} to be ready`, () => readReady<Ready>(readyFile), { timeoutMs: 30_000 });
    return { pid: running.pid, ready, wasRunning: true };
  }

  const command = await args();
  await rm(readyFile, { force: true });
  await writeFile(readyFile, "");
  const [output, log] = [await open(readyFile, "a"), await open(logFile(layout, name), "a")];
  try {
    const child = spawn(process.execPath, command, { detached: true, stdio: ["ignore", output.fd, log.fd] });
    let ended = false;
    child.once("exit", () => {
      ended = true;
    });
    child.once("error", () => {
      ended = true;
    });
    if (child.pid !== undefined) await recordProcess(record, child.pid).catch(() => undefined);
    const ready = await poll(
      `${name} to be ready`,
      async () => {
        if (ended)
          throw new CannotStart(
            `${name} ended at once. The end of ${logFile(layout, name)}:\n${await lastLines(layout, name)}`,
          );
        return readReady<Ready>(readyFile);
      },
      { timeoutMs: 60_000, everyMs: 50 },
    );
    child.unref();
    return { pid: child.pid ?? 0, ready, wasRunning: false };
  } finally {
    await output.close();
    await log.close();
  }
}

export function pidFile(layout: Layout, name: string): string {
  return join(layout.run, `${name}.pid`);
}

function logFile(layout: Layout, name: string): string {
  return join(layout.log, `${name}.log`);
}

async function readReady<Ready>(path: string): Promise<Ready | undefined> {
  const line = (await readFile(path, "utf8").catch(() => ""))
    .split("\n")
    .find((text) => text.startsWith('{"ready":true'));
  return line === undefined ? undefined : JSON.parse(line);
}

/** The messages at the end of a log, as a person would read them. */
async function lastLines(layout: Layout, name: string): Promise<string> {
  const lines = (await readFile(logFile(layout, name), "utf8").catch(() => "")).trim().split("\n").slice(-8);
  return lines.map((line) => `  ${line.slice(0, 500)}`).join("\n");
}

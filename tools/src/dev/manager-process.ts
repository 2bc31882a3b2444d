import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { withDeadline } from "@yagura/std/deadline.ts";

const program = join(import.meta.dirname, "../../../apps/manager/src/main.ts");
const startMs = 60_000;
const stopMs = 10_000;

export interface ManagerProcess {
  readonly httpsPort: number;
  readonly password: string;
  readonly logFile: string;
  /** Resolves when the process has ended, with how. */
  readonly ended: Promise<string>;
  /** Asks it to stop; kills it when it does not. */
  stop(): Promise<void>;
}

export interface ManagerProcessOptions {
  readonly directory: string;
  readonly httpsPort: number;
  readonly httpPort: number;
}

/** The Manager did not come up; the message has the end of its log. */
export class ManagerDidNotStart extends Error {
  override readonly name = "ManagerDidNotStart";
}

/** Starts a Manager of its own, as a child that ends with us. @throws ManagerDidNotStart */
export async function startManagerProcess(options: ManagerProcessOptions): Promise<ManagerProcess> {
  const passwordFile = join(options.directory, "admin-password");
  const logFile = join(options.directory, "manager.log");
  const settings = {
    data: join(options.directory, "manager"),
    listen: "127.0.0.1",
    "https-port": `${options.httpsPort}`,
    "http-port": `${options.httpPort}`,
    "admin-password-file": passwordFile,
  };
  const args = [program, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.pipe(createWriteStream(logFile));
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await withDeadline("stopping the Manager", stopMs, () => ended).catch(() => child.kill("SIGKILL"));
    await ended;
  };
  try {
    const lines = createInterface({ input: child.stdout });
    const { httpsPort } = await withDeadline("starting the Manager", startMs, () => readReady(lines, ended));
    const password = (await readFile(passwordFile, "utf8")).trim();
    return { httpsPort, password, logFile, ended, stop };
  } catch (cause) {
    await stop();
    throw new ManagerDidNotStart(`the Manager did not start; the end of its log:\n${await lastLines(logFile)}`, {
      cause,
    });
  }
}

async function readReady(lines: AsyncIterable<string>, ended: Promise<string>): Promise<{ httpsPort: number }> {
  const found = (async () => {
    for await (const line of lines) {
      if (!line.startsWith('{"ready":true')) continue;
      const { httpsPort } = JSON.parse(line) as { httpsPort: number };
      return { httpsPort };
    }
    throw new Error(`it ended: ${await ended}`);
  })();
  return found;
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-10).join("\n");
}

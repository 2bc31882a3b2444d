// The processes that are one host: a namespace of process numbers, so that all of them end with its first.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Duplex, type Readable } from "node:stream";
import { poll } from "@yagura/std/poll.ts";
import { isRunning, readRecord, recordProcess } from "../recorded-process.ts";

const CONSOLE_CHARACTERS_KEPT = 64 * 1024;

/** A user-mode kernel with all its helpers, living as long as we do at most. */
export interface UmlProcess {
  /** The host's first serial line. */
  readonly serial: Duplex;
  /** Resolves when nothing is left of it, however it came to that. */
  readonly ended: Promise<void>;
  /** The last of what its kernel and its init printed. */
  console(): string;
  /** Ends all of it at once, between two instructions. */
  kill(): Promise<void>;
  signalAll(signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
}

/**
 * Starts `linux` with these arguments in a network namespace.
 * @param directory says which process it is, so that a later start with the same directory ends what is left; gone at the end
 */
export async function spawnUml(network: string, args: readonly string[], directory: string): Promise<UmlProcess> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Of the two `unshare`, the first dies with us and takes the second with it; the second is the first process of the new
  // namespace. The kernel cannot be that itself: as number 1 it could not end itself, for example after a panic.
  const child = spawn(
    "ip",
    [
      ...["netns", "exec", network, "setpriv", "--pdeathsig", "KILL"],
      ...["unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL", "unshare", "--fork", "--kill-child=KILL"],
      ...["linux.uml", `uml_dir=${directory}/`, ...args],
    ],
    // Its memory is a file, which must not be on a disk.
    { stdio: ["ignore", "pipe", "pipe", "pipe"], env: { PATH: process.env["PATH"], TMPDIR: "/dev/shm" } },
  );
  const ended = endOf(child, directory);
  const serial = child.stdio[3];
  if (!(serial instanceof Duplex)) throw new Error("the serial line is not a stream");
  const console = keepLast([child.stdout, child.stderr]);
  const first = await poll("the process of the host", () => onlyChild(child), { timeoutMs: 10_000, everyMs: 5 });
  const recorded = await recordProcess(join(directory, "process.json"), first);
  return {
    serial,
    ended,
    console,
    async kill() {
      if (await isRunning(recorded)) signal(first, "SIGKILL");
      await ended;
    },
    async signalAll(name) {
      const kernel = await childrenOf(first);
      const helpers = (await Promise.all(kernel.map(childrenOf))).flat();
      for (const pid of [...kernel, ...helpers]) if (!(await isTraced(pid))) signal(pid, name);
    },
  };
}

/** Ends what a lab that was itself killed may have left. */
export async function endLeftover(directory: string): Promise<void> {
  const left = await readRecord(join(directory, "process.json"));
  if (left !== undefined) {
    signal(left.pid, "SIGKILL");
    await poll("the end of a host of an earlier lab", async () => !(await isRunning(left)), { timeoutMs: 10_000 });
  }
  await rm(directory, { recursive: true, force: true });
}

async function endOf(child: ChildProcess, directory: string): Promise<void> {
  await once(child, "close").catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}

function keepLast(streams: readonly (Readable | null)[]): () => string {
  let text = "";
  for (const stream of streams) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-CONSOLE_CHARACTERS_KEPT);
    });
  }
  return () => text;
}

async function onlyChild(child: ChildProcess): Promise<number | undefined> {
  if (child.exitCode !== null || child.pid === undefined) throw new Error("the host ended at once");
  return (await childrenOf(child.pid))[0];
}

/** Also those of its threads. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  return lists.flatMap((list) =>
    list
      .split(" ")
      .filter((word) => word.trim() !== "")
      .map(Number),
  );
}

/** The kernel runs its own programs by tracing them: they stand when it stands, and a signal from us would confuse it. */
async function isTraced(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return !/^TracerPid:\t0$/m.test(status);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended in the meantime.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

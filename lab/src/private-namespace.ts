import { spawn } from "node:child_process";
import { readlink } from "node:fs/promises";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";

/** Mounts, and perhaps a network, that only the processes in it see. It is gone with the last of them. */
export interface PrivateNamespace extends Disposable {
  /** What to put before a command line so that it runs inside. */
  readonly enter: readonly string[];
  /** Runs a program inside to its end. @throws ProgramFailed, DeadlineExceeded */
  run(program: string, ...args: string[]): Promise<string>;
  /** Puts a file or folder in the place of another one, inside. */
  cover(path: string, by: string): Promise<void>;
}

/**
 * Makes a namespace for mounts that begins with those of this process, and, if asked, an empty one for the network.
 * It is kept open until disposed of, then for as long as something runs in it. Needs root.
 */
export async function openPrivateNamespace({ network = false } = {}): Promise<PrivateNamespace> {
  const holder = spawn(
    "unshare",
    ["--mount", "--propagation", "private", ...(network ? ["--net"] : []), "sleep", "infinity"],
    { stdio: "ignore" },
  );
  const enter = ["nsenter", "--target", `${holder.pid}`, "--mount", ...(network ? ["--net"] : [])];
  const run = async (program: string, ...args: string[]): Promise<string> => {
    const [nsenter = "", ...rest] = [...enter, program, ...args];
    return (await runProgram(nsenter, rest)).stdout;
  };
  try {
    await poll("a mount namespace", () => hasOwnMounts(holder.pid ?? 0), { timeoutMs: 5_000, everyMs: 10 });
    if (network) await run("ip", "link", "set", "lo", "up");
  } catch (error) {
    holder.kill("SIGKILL");
    throw error;
  }
  return {
    enter,
    run,
    cover: async (path, by) => void (await run("mount", "--bind", by, path)),
    [Symbol.dispose]: () => void holder.kill("SIGKILL"),
  };
}

async function hasOwnMounts(pid: number): Promise<boolean> {
  const [ours, theirs] = await Promise.all([mountNamespace("self"), mountNamespace(`${pid}`)]);
  return theirs !== undefined && ours !== theirs;
}

async function mountNamespace(pid: string): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/mnt`).catch(() => undefined);
}

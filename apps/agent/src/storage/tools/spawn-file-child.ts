import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { STORAGE_OWNER } from "../../root/root-calls.ts";
import type { FileChild } from "../files/file-child.ts";
import type { FromChild, ToChild } from "../files/worker/messages.ts";
import { asStorageOwner } from "./storage-user.ts";

const program = fileURLToPath(new URL("../files/worker/main.ts", import.meta.url));
/** Calls that hang hold a thread each until the child is killed; the look at the domain must find a free one. */
const THREADS = 24;
const STDERR_CHARACTERS_MAX = 1_000;

/**
 * Starts the child for one mount, as 36:36 if we are root. The kernel kills it when this process ends, in whatever way: set
 * after the change of user, which would undo it.
 */
export function spawnFileChild(mountPath: string, onStart?: (pid: number) => void): FileChild {
  const isRoot = process.getuid?.() === 0;
  const become = [...(isRoot ? asStorageOwner : []), "--pdeathsig", "KILL"];
  const args = [...become, "--", process.execPath, program, mountPath, String(process.pid)];
  const child = spawn("setpriv", args, {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    serialization: "advanced",
    // Not in a directory that is mounted, and with nothing of ours that it does not need.
    cwd: "/",
    env: {
      PATH: process.env["PATH"],
      LC_ALL: "C.UTF-8",
      UV_THREADPOOL_SIZE: String(THREADS),
      ...(isRoot && { YAGURA_STORAGE_OWNER: String(STORAGE_OWNER) }),
    },
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_CHARACTERS_MAX);
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.once("error", (cause) => resolve(`it could not be started: ${cause.message}`));
  child.once("exit", (code, signal) => resolve(`it ended with ${code ?? signal}: ${stderr.trim()}`));
  return {
    ended,
    // Whether it was received shows in the answer, or in the child's end.
    send: (message: ToChild) => void child.send(message, () => undefined),
    onMessage: (take: (message: FromChild) => void) => void child.on("message", take),
    kill: () => void child.kill("SIGKILL"),
  };
}

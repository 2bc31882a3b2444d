import { spawn } from "node:child_process";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";

/** Somebody else has the lock. */
export class FileIsLocked extends Error {
  override readonly name = "FileIsLocked";
}

export interface HeldLock {
  /** Resolves when the lock is gone: released by us, or lost because somebody ended the child. */
  readonly ended: Promise<void>;
  release(): Promise<void>;
}

const TAKEN_CODE = 99;
const DEADLINE_MS = 10_000;

/**
 * Takes an exclusive flock on a file and holds it in a child process, `flock FILE cat`. It ends when the pipe from us
 * does, so the kernel gives the lock free when this process ends in whatever way, and never while it lives.
 * That it is held is known when the child echoes what we wrote: before that there is no `cat`.
 * @throws FileIsLocked when it is taken
 */
export async function holdFileLock(path: string): Promise<HeldLock> {
  const options = ["--exclusive", "--nonblock", "--no-fork", "--conflict-exit-code", String(TAKEN_CODE)];
  // In a session of its own: Ctrl-C on our terminal must not take the lock away before we have stopped.
  const child = spawn("flock", [...options, "--", path, "cat"], { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const { promise: held, resolve, reject } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-1000);
  });
  child.stdout.once("data", () => resolve());
  // A child that is gone is noticed by its end, not by the broken pipe.
  child.stdin.on("error", () => undefined);
  child.once("error", (cause) => reject(new Error("flock could not be started", { cause })));
  child.once("close", (code) => {
    reject(
      code === TAKEN_CODE
        ? new FileIsLocked(`${path} is locked by another process`)
        : new Error(`flock ended with ${code}: ${stderr.trim()}`),
    );
    end();
  });
  child.stdin.write("held\n");
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new DeadlineExceeded(`locking ${path}`, DEADLINE_MS));
  }, DEADLINE_MS);
  try {
    await held;
  } finally {
    clearTimeout(timer);
  }
  return {
    ended,
    async release() {
      child.stdin.end();
      await ended;
    },
  };
}

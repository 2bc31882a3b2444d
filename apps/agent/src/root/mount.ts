// Mounts and unmounts by the programs that do so everywhere, with argument lists and deadlines.
import { lstat } from "node:fs/promises";
import { DeadlineExceeded, withDeadline } from "@yagura/std/deadline.ts";
import { ProgramFailed, runProgram } from "@yagura/std/run-program.ts";
import { checkedMountArguments, checkedTarget } from "./check-mount.ts";
import { findMount, readMounts } from "./mount-table.ts";
import { RefusedRootCall } from "./refused-root-call.ts";
import type { MountRequest, UnmountOptions } from "./root-calls.ts";

/** What a server that answers at all needs; a name that is looked up in vain, or a second version of NFS, included. */
const MOUNT_MS = 30_000;
const UNMOUNT_MS = 10_000;
/** How much longer than its own deadline `timeout` gets, before we do not wait for it any more. */
const GRACE_MS = 2_000;

export class CannotMount extends Error {
  override readonly name = "CannotMount";
}

export class CannotUnmount extends Error {
  override readonly name = "CannotUnmount";
  /** Somebody has a file of it open, or another mount on it. */
  readonly isBusy: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isBusy: boolean }) {
    super(message, options);
    this.isBusy = options.isBusy;
  }
}

/** @throws CannotMount, RefusedRootCall */
export async function mount(request: MountRequest, mountsDirectory: string | undefined): Promise<void> {
  const args = checkedMountArguments(request, mountsDirectory);
  // By the directory itself: through a link in its place we would mount anywhere.
  if (!(await lstat(request.target)).isDirectory()) throw new RefusedRootCall(`${request.target} is not a directory`);
  try {
    await runInTime("mount", args, MOUNT_MS);
  } catch (cause) {
    throw new CannotMount(`cannot mount ${request.source} at ${request.target}`, { cause });
  }
}

/** @throws CannotUnmount, RefusedRootCall */
export async function unmount(
  target: string,
  mountsDirectory: string | undefined,
  { isForced = false }: UnmountOptions = {},
): Promise<void> {
  checkedTarget(target, mountsDirectory);
  // First as everyone does it. Then what is under way is ended; what even that does not end only loses its place.
  const ways = isForced ? [[], ["--force"], ["--force", "--lazy"]] : [[]];
  let failure: unknown;
  // One may lie over another; both were put here by us.
  for (const way of [...ways, ...ways]) {
    if (findMount(await readMounts(), target) === undefined) return;
    failure = undefined;
    try {
      await runInTime("umount", ["--no-canonicalize", ...way, "--", target], UNMOUNT_MS);
    } catch (cause) {
      failure = cause;
    }
  }
  if (findMount(await readMounts(), target) === undefined) return;
  throw new CannotUnmount(`cannot unmount ${target}`, { cause: failure, isBusy: isBusy(failure) });
}

/**
 * `mount` starts programs of its own (mount.nfs), which go on when only it is killed; `timeout` kills them all. What
 * sits in the kernel past that is not waited for.
 */
async function runInTime(program: string, args: readonly string[], timeoutMs: number): Promise<void> {
  const what = `${program} ${args.at(-2)} ${args.at(-1)}`;
  const limited = ["--signal=KILL", `${timeoutMs / 1000}`, program, ...args];
  await withDeadline(what, timeoutMs + GRACE_MS, async (signal) => {
    try {
      await runProgram("timeout", limited, { timeoutMs: timeoutMs + GRACE_MS, signal });
    } catch (error) {
      if (error instanceof ProgramFailed && error.code === undefined) throw new DeadlineExceeded(what, timeoutMs);
      throw error;
    }
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof ProgramFailed && /busy/i.test(error.stderr);
}

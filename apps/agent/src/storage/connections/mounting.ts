// One mount of this host's storage: making it, judging it, taking it away. Whoever calls has the turn for the target.
import { mkdir, rmdir } from "node:fs/promises";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { findMount, type Mount } from "../../root/mount-table.ts";
import type { MountRequest, RootCalls } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import { isBecauseOf } from "../files/errno.ts";
import type { Mounts } from "../files/mounts.ts";
import { checkAccess } from "./check-access.ts";
import { explainMountFailure } from "./explain-mount-failure.ts";
import { requireSameMount } from "./same-mount.ts";

export interface MountingWorld {
  readonly log: Log;
  readonly root: Pick<RootCalls, "mount" | "unmount">;
  readonly mounts: Mounts;
  readMounts(): Promise<readonly Mount[]>;
}

/**
 * Whether the storage is mounted already, and can be used. What is mounted and useless is taken away, if nobody uses it.
 * @throws StorageError when that is not certain, or it stays
 */
export async function isMountedWell(world: MountingWorld, request: MountRequest): Promise<boolean> {
  const { mounts, log } = world;
  const { target } = request;
  const mounted = findMount(await world.readMounts(), target);
  if (mounted === undefined) return false;
  requireSameMount(mounted, request);
  mounts.add(target);
  try {
    await checkAccess(world, request);
    return true;
  } catch (error) {
    // It may only be slow.
    if (!(error instanceof StorageError && error.kind === "StorageServerAccessPermissionError")) throw error;
    // Something else may have answered when it was mounted: an empty export, while the right one was being made.
    log.info("mounting storage anew", { target, because: describeError(error) });
    await takeAway(world, target, { isForced: false }).catch((cause: unknown) => {
      mounts.add(target);
      log.warn("what is mounted cannot be taken away", { target, error: describeError(cause) });
      throw error;
    });
    return false;
  }
}

/**
 * What is mounted and cannot be used is not left there: it would be taken for the storage.
 * @param undo takes it away again
 * @throws StorageError; what `undo` fails for is said in the log
 */
export async function mountAndCheck(
  world: MountingWorld,
  request: MountRequest,
  undo: () => Promise<void>,
): Promise<void> {
  const { source, target } = request;
  try {
    await mountThere(world, request);
    world.mounts.add(target);
    await checkAccess(world, request);
  } catch (error) {
    await undo().catch((cause: unknown) =>
      world.log.warn("cannot take a failed mount away", { target, source, error: describeError(cause) }),
    );
    throw error;
  }
}

async function mountThere({ root }: MountingWorld, request: MountRequest): Promise<void> {
  try {
    // Nobody but root gets past an empty place: what is meant for storage is never written to this host's disk.
    await mkdir(request.target, { mode: 0o700, recursive: true });
    await root.mount(request);
  } catch (cause) {
    const { kind, because } = explainMountFailure(cause);
    throw new StorageError(kind, `cannot connect ${request.source}: ${because}`, { cause });
  }
}

/** The place stays known: until its storage is back, what is meant for it is refused. */
export async function leaveBare({ mounts, root }: MountingWorld, target: string): Promise<void> {
  await mounts.remove(target);
  mounts.addAbsent(target);
  await root.unmount(target, { isForced: true });
}

/** @throws CannotUnmount */
export async function takeAway(
  { mounts, root }: MountingWorld,
  target: string,
  options: { readonly isForced: boolean },
): Promise<void> {
  await mounts.remove(target);
  await root.unmount(target, options);
  await rmdir(target).catch((error: unknown) => {
    if (!isBecauseOf(error, "ENOENT")) throw error;
  });
}

import { mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError } from "@yagura/std/describe-error.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { Log } from "@yagura/std/log.ts";
import { CannotUnmount } from "../../root/mount.ts";
import { findMount, type Mount } from "../../root/mount-table.ts";
import type { MountRequest, RootCalls } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import { isBecauseOf } from "../files/errno.ts";
import type { Mounts } from "../files/mounts.ts";
import { checkAccess } from "./check-access.ts";
import { explainMountFailure } from "./explain-mount-failure.ts";
import { requireSameMount } from "./same-mount.ts";

export interface MountedStorageWorld {
  readonly log: Log;
  readonly root: Pick<RootCalls, "mount" | "unmount">;
  /** Where mounts are made. */
  readonly mountsDirectory: string;
  readonly mounts: Mounts;
  readMounts(): Promise<readonly Mount[]>;
  /** Whether a domain below is in use on this host. */
  isInUse(target: string): boolean;
}

/** The mounts of this host's storage. What becomes of one is decided by one after the other; they do not wait for each other. */
export class MountedStorage {
  readonly #world: MountedStorageWorld;
  readonly #queue = new KeyedQueue<string>();
  /** How to mount again what is lost. */
  readonly #wanted = new Map<string, MountRequest>();

  constructor(world: MountedStorageWorld) {
    this.#world = world;
  }

  /** Takes over what the process before this one mounted. */
  async adopt(): Promise<void> {
    const { mounts, mountsDirectory } = this.#world;
    for (const { target } of await this.#world.readMounts())
      if (dirname(target) === mountsDirectory) mounts.add(target);
  }

  /** @throws StorageError when it cannot be mounted (see explain-mount-failure.ts), 451 and 469 when it then is no storage for us */
  connect(request: MountRequest): Promise<void> {
    return this.#queue.run(request.target, async () => {
      const { target } = request;
      const mounted = findMount(await this.#world.readMounts(), target);
      if (mounted === undefined) await this.#mount(request);
      else requireSameMount(mounted, request);
      this.#world.mounts.add(target);
      try {
        await checkAccess(this.#world, request);
      } catch (error) {
        // What was there before us is somebody's, and may only be slow.
        if (mounted === undefined) await this.#undo(target);
        throw error;
      }
      this.#wanted.set(target, request);
    });
  }

  /** @throws StorageError 452 while something on this host uses it */
  disconnect({ source, target }: Pick<MountRequest, "source" | "target">): Promise<void> {
    return this.#queue.run(target, async () => {
      if (this.#world.isInUse(target)) {
        const message = `cannot disconnect ${source}: a domain on it is active`;
        throw new StorageError("StorageServerDisconnectionError", message);
      }
      this.#wanted.delete(target);
      try {
        await this.#takeAway(target, { isForced: false });
      } catch (error) {
        if (!(error instanceof CannotUnmount)) throw error;
        if (error.isBusy) {
          this.#world.mounts.add(target);
          const message = `cannot disconnect ${source}: something on this host has a file of it open`;
          throw new StorageError("StorageServerDisconnectionError", message, { cause: error });
        }
        // Its server does not answer, and nobody here needs it.
        await this.#takeAway(target, { isForced: true });
      }
    });
  }

  /**
   * After a look at `path` failed: mounts its storage again if the mount is gone, or is of an export that was replaced.
   * Returns whether it did; never rejects.
   */
  async heal(path: string, error: unknown): Promise<boolean> {
    const target = [...this.#wanted.keys()].find((one) => path.startsWith(`${one}/`));
    if (target === undefined) return false;
    try {
      return await this.#queue.run(target, () => this.#mountAgain(target, error));
    } catch (cause) {
      this.#world.log.warn("cannot mount storage again", { target, error: describeError(cause) });
      return false;
    }
  }

  async #mountAgain(target: string, error: unknown): Promise<boolean> {
    const { readMounts, log } = this.#world;
    const request = this.#wanted.get(target);
    const isMounted = findMount(await readMounts(), target) !== undefined;
    if (request === undefined || (isMounted && !isBecauseOf(error, "ESTALE"))) return false;
    log.info("mounting storage again", { target, because: isMounted ? "it was replaced" : "it is not mounted" });
    await this.#makeBare(target);
    await this.#mount(request);
    try {
      await checkAccess(this.#world, request);
    } catch (cause) {
      // Something else answered in its place, an empty export perhaps: left there, it would be taken for the storage.
      await this.#makeBare(target);
      throw cause;
    }
    return true;
  }

  /** It stays known: until it is back, what is meant for it is refused by its child, which cannot write to the bare place. */
  async #makeBare(target: string): Promise<void> {
    const { mounts, root } = this.#world;
    await mounts.remove(target);
    mounts.add(target);
    await root.unmount(target, { isForced: true });
  }

  async #mount(request: MountRequest): Promise<void> {
    const { source, target } = request;
    try {
      // Nobody but root gets past an empty place: what is meant for storage is never written to this host's disk.
      await mkdir(target, { mode: 0o700, recursive: true });
      await this.#world.root.mount(request);
    } catch (cause) {
      if (!this.#wanted.has(target)) await this.#undo(target);
      const { kind, because } = explainMountFailure(cause);
      throw new StorageError(kind, `cannot connect ${source}: ${because}`, { cause });
    }
  }

  /** After a failure, which is what the caller shall hear of. */
  async #undo(target: string): Promise<void> {
    await this.#takeAway(target, { isForced: true }).catch((error: unknown) =>
      this.#world.log.warn("cannot take a failed mount away", { target, error: describeError(error) }),
    );
  }

  async #takeAway(target: string, options: { isForced: boolean }): Promise<void> {
    await this.#world.mounts.remove(target);
    await this.#world.root.unmount(target, options);
    await rmdir(target).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
  }
}

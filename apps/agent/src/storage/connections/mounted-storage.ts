import { dirname } from "node:path";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { CannotUnmount } from "../../root/mount.ts";
import { findMount } from "../../root/mount-table.ts";
import type { MountRequest } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import { isBecauseOf } from "../files/errno.ts";
import { isMountedWell, leaveBare, type MountingWorld, mountAndCheck, takeAway } from "./mounting.ts";
import type { WantedMounts } from "./wanted-mounts.ts";

export interface MountedStorageWorld extends MountingWorld {
  readonly clock: Clock;
  /** Where mounts are made. */
  readonly mountsDirectory: string;
  /** What outlives this process. */
  readonly wantedMounts: WantedMounts;
  /** Whether a domain below is in use on this host. */
  isInUse(target: string): boolean;
}

/** How soon a mount that is gone is noticed, and tried again. */
const LOOK_MS = 10_000;
const PAUSE_MS_MAX = 60_000;
/** How long the end waits for a mount that is being made. */
const END_MS = 5_000;

/** The mounts of this host's storage. What becomes of one is decided by one after the other; they do not wait for each other. */
export class MountedStorage {
  readonly #world: MountedStorageWorld;
  readonly #queue = new KeyedQueue<string>();
  /** How to mount again what is lost. */
  readonly #wanted = new Map<string, MountRequest>();

  constructor(world: MountedStorageWorld) {
    this.#world = world;
  }

  /** Takes over what the process before this one mounted, and what it wanted to have mounted. */
  async adopt(): Promise<void> {
    const { mounts, mountsDirectory, wantedMounts } = this.#world;
    const mounted = await this.#world.readMounts();
    for (const { target } of mounted) if (dirname(target) === mountsDirectory) mounts.add(target);
    for (const request of await wantedMounts.read()) {
      if (dirname(request.target) !== mountsDirectory) continue;
      this.#wanted.set(request.target, request);
      if (findMount(mounted, request.target) === undefined) mounts.addAbsent(request.target);
    }
  }

  /** Mounts again what is wanted and gone, until aborted: each by itself, and less often the longer it fails. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    const underWay = new Map<string, Promise<unknown>>();
    while (!signal.aborted) {
      for (const target of this.#wanted.keys()) {
        if (underWay.has(target)) continue;
        const healing = this.#healWhileGone(target, signal).then(() => underWay.delete(target));
        underWay.set(target, healing);
      }
      await this.#world.clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    // A mount under way waits for its server, and nobody needs it any more.
    const stop = new AbortController();
    const ended = Promise.all(underWay.values());
    await Promise.race([ended, this.#world.clock.sleep(END_MS, stop.signal).catch(() => undefined)]);
    stop.abort();
  }

  /** @throws StorageError when it cannot be mounted (see explain-mount-failure.ts), 451 and 469 when it then is no storage for us */
  connect(request: MountRequest): Promise<void> {
    const { target } = request;
    return this.#queue.run(target, async () => {
      if (!(await isMountedWell(this.#world, request))) await this.#mountWanted(request);
      this.#wanted.set(target, request);
      await this.#remember();
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
      await this.#remember();
      try {
        await takeAway(this.#world, target, { isForced: false });
      } catch (error) {
        if (!(error instanceof CannotUnmount)) throw error;
        if (error.isBusy) {
          this.#world.mounts.add(target);
          const message = `cannot disconnect ${source}: something on this host has a file of it open`;
          throw new StorageError("StorageServerDisconnectionError", message, { cause: error });
        }
        // Its server does not answer, and nobody here needs it.
        await takeAway(this.#world, target, { isForced: true });
      }
    });
  }

  /**
   * After a look at `path` failed: mounts its storage again if the mount is gone, or is of an export that was replaced.
   * Returns whether it did; never rejects.
   */
  async heal(path: string, error: unknown): Promise<boolean> {
    const target = [...this.#wanted.keys()].find((one) => path.startsWith(`${one}/`));
    return target !== undefined && this.#heal(target, error);
  }

  async #healWhileGone(target: string, signal: AbortSignal): Promise<void> {
    const { clock, readMounts } = this.#world;
    let pauseMs = LOOK_MS;
    while (!signal.aborted && this.#wanted.has(target)) {
      if (findMount(await readMounts(), target) !== undefined || (await this.#heal(target))) return;
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }

  async #heal(target: string, error?: unknown): Promise<boolean> {
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
    await leaveBare(this.#world, target);
    await this.#mountWanted(request);
    return true;
  }

  async #mountWanted(request: MountRequest): Promise<void> {
    const { target } = request;
    await mountAndCheck(this.#world, request, () =>
      this.#wanted.has(target) ? leaveBare(this.#world, target) : takeAway(this.#world, target, { isForced: true }),
    );
  }

  #remember(): Promise<void> {
    return this.#world.wantedMounts.write([...this.#wanted.values()]);
  }
}

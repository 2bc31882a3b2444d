import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { PoolId } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";
import type { ImageLocks } from "./image-locks.ts";
import { type Intent, locksOf } from "./intent.ts";
import type { Settle } from "./settle-intent.ts";
import { failureOf, success, type Task } from "./task.ts";
import { WorkPlaces } from "./work-places.ts";

export interface UnsettledWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly locks: ImageLocks;
  readonly settle: Settle;
  /** Whether the domain could be read at the last look: one that does not answer is left in peace. */
  isReachable(domainId: StorageDomainId): boolean;
  /** Whether somebody may still ask what became of the task. */
  isKnown(task: Task): boolean;
}

interface Entry {
  readonly task: Task;
  readonly intent: Intent;
  readonly error: unknown;
  readonly abort: AbortController;
  /** Resolves when it is not tried any more. */
  done: Promise<void>;
}

const PAUSE_MS = 30_000;
const PAUSE_MS_MAX = 10 * 60_000;
/** Trying again is no hurry: it takes little of what the storage can do. */
const AT_ONCE_MAX = 2;
/** More than that is not one thing that went wrong; the next SPM finds all of it in the journal. */
const ENTRIES_MAX = 500;

/**
 * What was begun, did not go through, and could not be settled either: tried again, less and less often, for as long as this
 * host is the SPM. The journal has it for the next one. An image on which somebody works is not waited for.
 */
export class Unsettled {
  readonly #world: UnsettledWorld;
  readonly #entries = new Map<TaskId, Entry>();
  readonly #places = new WorkPlaces(AT_ONCE_MAX);

  constructor(world: UnsettledWorld) {
    this.#world = world;
  }

  /** @param error why the task did not go through */
  add(task: Task, intent: Intent, error: unknown): void {
    this.#drop(task.taskId);
    if (this.#entries.size >= ENTRIES_MAX) return;
    const entry: Entry = { task, intent, error, abort: new AbortController(), done: Promise.resolve() };
    this.#entries.set(task.taskId, entry);
    entry.done = this.#tryAgainAndAgain(entry);
  }

  /** Ends it for a pool, or for all; resolves when what was just being tried has ended. */
  async forget(poolId?: PoolId): Promise<void> {
    const concerned = [...this.#entries.values()].filter(({ task }) => poolId === undefined || task.poolId === poolId);
    for (const { task } of concerned) this.#drop(task.taskId);
    await Promise.all(concerned.map(({ done }) => done));
  }

  /** A volume is made again: what there was of it is the new task's now, and must not be taken for remains of the old one. */
  async supersede(intent: Intent): Promise<void> {
    if (intent.kind !== "create-volume") return;
    for (const [taskId, { task, intent: old }] of this.#entries) {
      const isSame = old.kind === intent.kind && old.domainId === intent.domainId && old.volumeId === intent.volumeId;
      if (!isSame || old.imageId !== intent.imageId) continue;
      this.#drop(taskId);
      await task.store?.forget(taskId);
    }
  }

  #drop(taskId: TaskId): void {
    this.#entries.get(taskId)?.abort.abort(new StorageError("TaskAborted", "it is not tried again"));
    this.#entries.delete(taskId);
  }

  async #tryAgainAndAgain(entry: Entry): Promise<void> {
    const { signal } = entry.abort;
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
      await this.#world.clock.sleep(pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const isEnd = await this.#tryOnce(entry);
      if (!isEnd) continue;
      if (this.#entries.get(entry.task.taskId) === entry) this.#entries.delete(entry.task.taskId);
      return;
    }
  }

  /** Whether it needs no further try here. */
  async #tryOnce(entry: Entry): Promise<boolean> {
    const { locks, isReachable, log } = this.#world;
    const { task, intent, abort } = entry;
    let isEnd = false;
    const keys = locksOf(intent);
    await this.#places.run(keys, async () => {
      if (abort.signal.aborted || !isReachable(intent.domainId) || locks.areTaken(keys)) return;
      await locks.run(keys, async () => {
        try {
          await this.#settle(entry);
          isEnd = true;
        } catch (error) {
          isEnd = error instanceof StorageError && error.kind === "NotSpm";
          if (isEnd || abort.signal.aborted) return;
          const { taskId, verb } = task;
          log.warn("what a task left unfinished still cannot be settled", {
            taskId,
            verb,
            error: describeError(error),
          });
        }
      });
    });
    return isEnd;
  }

  async #settle({ task, intent, error, abort }: Entry): Promise<void> {
    const { taskId, verb } = task;
    const settled = await this.#world.settle(intent, task.poolId, { isTakingOver: false, signal: abort.signal });
    const end = settled === "completed" ? success : failureOf(error, "cleanSuccess");
    if (this.#world.isKnown(task)) await task.record(intent, end);
    // Whoever asked for it has forgotten it: meanwhile, or long ago.
    if (!this.#world.isKnown(task)) await task.store?.forget(taskId);
    task.finish(end);
    this.#world.log.info(`what a task left unfinished is ${settled} now`, { taskId, verb });
  }
}

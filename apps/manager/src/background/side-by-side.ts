import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../context.ts";

/** So long an activation waits for those that it has begun; the others must not be looked at later because one hangs. */
const PATIENCE_MS = 2000;

/** Looks at many things, each one at a time: one that hangs keeps neither the others nor the next activation waiting. */
export class SideBySide<Key> {
  readonly #what: string;
  readonly #underWay = new Set<Key>();
  readonly #reports = new Map<Key, string>();

  /** @param what "watch a host": for the log. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Begins with all that nobody is at. Returns the last report of each, or its problem, by its key. */
  async look(
    context: OpContext,
    keys: readonly Key[],
    work: (key: Key) => Promise<string>,
  ): Promise<ReadonlyMap<Key, string>> {
    for (const key of this.#reports.keys()) if (!keys.includes(key)) this.#reports.delete(key);
    const begun = keys.filter((key) => !this.#underWay.has(key)).map((key) => this.#lookAt(context, key, work));
    const patience = new AbortController();
    await Promise.race([
      Promise.all(begun),
      context.clock.sleep(PATIENCE_MS, AbortSignal.any([patience.signal, context.signal])).catch(() => undefined),
    ]);
    patience.abort();
    return this.#reports;
  }

  async #lookAt(context: OpContext, key: Key, work: (key: Key) => Promise<string>): Promise<void> {
    this.#underWay.add(key);
    try {
      this.#reports.set(key, await work(key));
    } catch (error) {
      if (context.signal.aborted) return;
      const problem = describeError(error);
      if (this.#reports.get(key) !== problem) context.log.warn(`cannot ${this.#what}`, { id: key, error: problem });
      this.#reports.set(key, problem);
    } finally {
      this.#underWay.delete(key);
    }
  }
}

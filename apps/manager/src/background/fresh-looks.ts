import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../context.ts";

/** An answer that came too late for its own look serves the next one, if it is not older than this. */
const LATE_MS = 4000;

/**
 * Asks many at once and waits only a moment for all of them. One that still owes an earlier answer is not asked again, nor
 * waited for; one that is always slow is heard all the same, one look later.
 */
export class FreshLooks<Key, Answer> {
  readonly #what: string;
  readonly #patienceMs: number;
  readonly #underWay = new Set<Key>();
  readonly #answers = new Map<Key, { readonly answer: Answer; readonly atMs: number }>();
  readonly #problems = new Map<Key, string>();
  /** Counts what was done: an answer to a question of before is worth nothing. */
  #deeds = 0;

  /** @param what "read the lease at a host": for the log. */
  constructor(what: string, patienceMs: number) {
    this.#what = what;
    this.#patienceMs = patienceMs;
  }

  /** The answers that are there by then. */
  async look(
    context: OpContext,
    keys: readonly Key[],
    ask: (key: Key) => Promise<Answer>,
  ): Promise<ReadonlyMap<Key, Answer>> {
    const { clock, signal } = context;
    const asked = keys.filter((key) => !this.#underWay.has(key)).map((key) => this.#ask(context, key, ask));
    const patience = new AbortController();
    const ends = AbortSignal.any([patience.signal, signal]);
    await Promise.race([Promise.all(asked), clock.sleep(this.#patienceMs, ends).catch(() => undefined)]);
    patience.abort();
    return this.#take(keys, clock.monotonicMs());
  }

  /** What is on its way belongs to a time before something was done. */
  forgetLate(): void {
    this.#deeds += 1;
    this.#answers.clear();
  }

  async #ask({ clock, log, signal }: OpContext, key: Key, ask: (key: Key) => Promise<Answer>): Promise<void> {
    const deeds = this.#deeds;
    this.#underWay.add(key);
    try {
      const answer = await ask(key);
      if (deeds === this.#deeds) this.#answers.set(key, { answer, atMs: clock.monotonicMs() });
      this.#problems.delete(key);
    } catch (error) {
      const problem = describeError(error);
      this.#answers.delete(key);
      if (!signal.aborted && this.#problems.get(key) !== problem) {
        log.info(`cannot ${this.#what}`, { id: key, error: problem });
      }
      this.#problems.set(key, problem);
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Each answer serves once. */
  #take(keys: readonly Key[], nowMs: number): ReadonlyMap<Key, Answer> {
    const taken = new Map<Key, Answer>();
    for (const key of keys) {
      const found = this.#answers.get(key);
      if (found !== undefined && nowMs - found.atMs <= LATE_MS) taken.set(key, found.answer);
      this.#answers.delete(key);
    }
    return taken;
  }
}

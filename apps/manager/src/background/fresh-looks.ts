import { describeError } from "@yagura/std/describe-error.ts";
import type { OpContext } from "../context.ts";

/**
 * Asks many at once and waits only a moment: whoever has not answered by then has not answered. One that still owes an
 * earlier answer is not asked again, nor waited for.
 */
export class FreshLooks<Key, Answer> {
  readonly #what: string;
  readonly #patienceMs: number;
  readonly #underWay = new Set<Key>();
  readonly #problems = new Map<Key, string>();

  /** @param what "read the lease at a host": for the log. */
  constructor(what: string, patienceMs: number) {
    this.#what = what;
    this.#patienceMs = patienceMs;
  }

  async look(
    { clock, log, signal }: OpContext,
    keys: readonly Key[],
    ask: (key: Key) => Promise<Answer>,
  ): Promise<ReadonlyMap<Key, Answer>> {
    const answers = new Map<Key, Answer>();
    let isOver = false;
    const askOne = async (key: Key): Promise<void> => {
      this.#underWay.add(key);
      try {
        const answer = await ask(key);
        if (!isOver) answers.set(key, answer);
        this.#problems.delete(key);
      } catch (error) {
        const problem = describeError(error);
        if (!signal.aborted && this.#problems.get(key) !== problem) {
          log.info(`cannot ${this.#what}`, { id: key, error: problem });
        }
        this.#problems.set(key, problem);
      } finally {
        this.#underWay.delete(key);
      }
    };
    const asked = keys.filter((key) => !this.#underWay.has(key)).map(askOne);
    const patience = new AbortController();
    const ends = AbortSignal.any([patience.signal, signal]);
    await Promise.race([Promise.all(asked), clock.sleep(this.#patienceMs, ends).catch(() => undefined)]);
    patience.abort();
    isOver = true;
    return answers;
  }

  /** Why the last look failed, if it did. */
  problemOf(key: Key): string | undefined {
    return this.#problems.get(key);
  }
}

/** Runs the work of one key one after the other, in order of arrival; different keys run side by side. */
export class KeyedQueue<Key> {
  readonly #tails = new Map<Key, Promise<unknown>>();

  run<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(key) ?? Promise.resolve();
    const result = previous.then(work, work);
    // The tail must not reject: it only marks the place in the queue; whoever called gets the error from `result`.
    const tail: Promise<void> = result.then(
      () => this.#forget(key, tail),
      () => this.#forget(key, tail),
    );
    this.#tails.set(key, tail);
    return result;
  }

  /** Whether anything of this key is under way or waits. */
  has(key: Key): boolean {
    return this.#tails.has(key);
  }

  /** Resolves when everything that is queued now, for any key, has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  #forget(key: Key, tail: Promise<unknown>): void {
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }
}

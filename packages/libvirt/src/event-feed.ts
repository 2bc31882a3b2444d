/** What a feed gives: an event, or how many were lost in this place because nobody took them in time. */
export type FeedItem<T> =
  | { readonly kind: "event"; readonly event: T }
  | { readonly kind: "dropped"; readonly count: number };

/**
 * Turns a listener into something to iterate over, without keeping more than `capacity` events. When it is full the
 * new ones are dropped and counted, and the reader is told in their place: then it must look at the world again.
 *
 * ```ts
 * const feed = new EventFeed<DomainEvents["lifecycle"]>(1_000);
 * await using subscription = await connection.events.domain("lifecycle", feed.push);
 * for await (const item of feed) …
 * ```
 */
export class EventFeed<T> {
  readonly #capacity: number;
  readonly #items: FeedItem<T>[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The listener; bound, so that it can be passed on as it is. */
  readonly push = (event: T): void => {
    if (this.#isEnded) return;
    const last = this.#items.at(-1);
    if (this.#items.length < this.#capacity) this.#items.push({ kind: "event", event });
    else if (last?.kind === "dropped") this.#items[this.#items.length - 1] = { kind: "dropped", count: last.count + 1 };
    else this.#items.push({ kind: "dropped", count: 1 });
    this.#wakeReader();
  };

  /** Ends the iteration once what waits was read. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FeedItem<T>, void, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

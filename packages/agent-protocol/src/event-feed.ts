import type { AgentEvent } from "./generated/events.ts";

/** An event with the place it has in the order of its agent. */
export interface ReceivedEvent {
  readonly event: AgentEvent;
  /** Milliseconds that only grow while the agent's machine runs; for ordering only. */
  readonly notifyTime: number;
}

export interface AgentEventFeed extends AsyncIterable<ReceivedEvent>, Disposable {
  /** How many were dropped so far because nobody read them. */
  readonly missed: number;
}

/** Events kept for a reader that is slow. */
const feedMax = 1000;

/** A bounded queue of events between one connection and one reader. */
export class EventFeed implements AgentEventFeed {
  readonly #events: ReceivedEvent[] = [];
  readonly #onDispose: () => void;
  #missed = 0;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  get missed(): number {
    return this.#missed;
  }

  push(event: ReceivedEvent): void {
    if (this.#hasEnded) return;
    if (this.#events.length >= feedMax) {
      this.#events.shift();
      this.#missed += 1;
    }
    this.#events.push(event);
    this.#wake?.();
  }

  /** What is queued is still read; then the loop ends. */
  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  [Symbol.dispose](): void {
    this.end();
    this.#onDispose();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedEvent> {
    try {
      for (;;) {
        const event = this.#events.shift();
        if (event !== undefined) {
          yield event;
        } else if (this.#hasEnded) {
          return;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
          this.#wake = undefined;
        }
      }
    } finally {
      this[Symbol.dispose]();
    }
  }
}

/** How many calls of a connection may be under way at once, and how many may wait for their turn. */
export interface CallLimits {
  /**
   * Calls that may take long. One fewer than the daemon's `max_client_requests` (5 by default): with all of them busy
   * the daemon reads nothing more from us, not even the answer to its keepalive ping, and drops us in the end.
   */
  readonly ordinaryMax: number;
  /** All calls; those of high priority never block, so more of them in its queue do no harm. */
  readonly inFlightMax: number;
  readonly waitingMax: number;
}

export const defaultCallLimits: CallLimits = { ordinaryMax: 4, inFlightMax: 64, waitingMax: 100_000 };

interface Prioritised {
  readonly priority: "high" | "ordinary";
}

/** Admits calls to the wire in the order they were made, within the limits. Knows nothing of packets. */
export class CallWindow<Call extends Prioritised> {
  readonly #limits: CallLimits;
  readonly #waiting = { ordinary: new Fifo<Call>(), high: new Fifo<Call>() };
  readonly #inFlight = { ordinary: 0, high: 0 };

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.ordinary.size + this.#waiting.high.size;
  }

  get isFull(): boolean {
    return this.waiting >= this.#limits.waitingMax;
  }

  /** True: the call goes out now. False: it waits, and `next` will give it back. */
  admit(call: Call): boolean {
    const { priority } = call;
    if (this.#waiting[priority].size === 0 && this.#hasRoom(priority)) {
      this.#inFlight[priority]++;
      return true;
    }
    this.#waiting[priority].push(call);
    return false;
  }

  /** A call that was admitted has ended. */
  release({ priority }: Prioritised): void {
    this.#inFlight[priority]--;
  }

  /** The next call that may go out, if any. */
  next(): Call | undefined {
    return this.#nextOf("high") ?? this.#nextOf("ordinary");
  }

  /** Empties the queue: nobody will send these any more. */
  drain(): Call[] {
    return [...this.#waiting.high.drain(), ...this.#waiting.ordinary.drain()];
  }

  #nextOf(priority: Prioritised["priority"]): Call | undefined {
    if (this.#waiting[priority].size === 0 || !this.#hasRoom(priority)) return undefined;
    this.#inFlight[priority]++;
    return this.#waiting[priority].shift();
  }

  #hasRoom(priority: Prioritised["priority"]): boolean {
    const { ordinaryMax, inFlightMax } = this.#limits;
    const { ordinary, high } = this.#inFlight;
    return ordinary + high < inFlightMax && (priority === "high" || ordinary < ordinaryMax);
  }
}

/** A queue whose head moves: `Array.shift` would copy all that waits, for each call. */
class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head++];
    if (this.#head === this.#items.length || this.#head > 10_000) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  drain(): T[] {
    const items = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return items;
  }
}

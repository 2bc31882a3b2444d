import type { Pace } from "./protocol/procedure.ts";

/** How many calls of a connection may be under way at once, and how many may wait for their turn. */
export interface CallLimits {
  /**
   * Calls that may take long. One fewer than the daemon's `max_client_requests` (5 by default): with all of them busy
   * the daemon reads nothing more from us, not even the answer to its keepalive ping, and drops us in the end.
   */
  readonly ordinaryMax: number;
  /** Calls that the daemon answers from memory: they leave its queue as fast as they enter it. */
  readonly quickMax: number;
  readonly waitingMax: number;
}

export const defaultCallLimits: CallLimits = { ordinaryMax: 4, quickMax: 16, waitingMax: 100_000 };

interface Paced {
  readonly pace: Pace;
}

/** Admits calls to the wire, those of one pace in the order they were made, within the limits. Knows nothing of packets. */
export class CallWindow<Call extends Paced> {
  readonly #limits: CallLimits;
  readonly #waiting = { ordinary: new Fifo<Call>(), quick: new Fifo<Call>() };
  readonly #inFlight = { ordinary: 0, quick: 0 };

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.ordinary.size + this.#waiting.quick.size;
  }

  get isFull(): boolean {
    return this.waiting >= this.#limits.waitingMax;
  }

  /** True: the call goes out now. False: it waits, and `next` will give it back. */
  admit(call: Call): boolean {
    const { pace } = call;
    if (this.#waiting[pace].size === 0 && this.#hasRoom(pace)) {
      this.#inFlight[pace]++;
      return true;
    }
    this.#waiting[pace].push(call);
    return false;
  }

  /** A call that was admitted has ended. */
  release({ pace }: Paced): void {
    this.#inFlight[pace]--;
  }

  /** The next call that may go out, if any. */
  next(): Call | undefined {
    return this.#nextOf("quick") ?? this.#nextOf("ordinary");
  }

  /** Empties the queue: nobody will send these any more. */
  drain(): Call[] {
    return [...this.#waiting.quick.drain(), ...this.#waiting.ordinary.drain()];
  }

  #nextOf(pace: Pace): Call | undefined {
    if (this.#waiting[pace].size === 0 || !this.#hasRoom(pace)) return undefined;
    this.#inFlight[pace]++;
    return this.#waiting[pace].shift();
  }

  #hasRoom(pace: Pace): boolean {
    const { ordinaryMax, quickMax } = this.#limits;
    return this.#inFlight[pace] < (pace === "quick" ? quickMax : ordinaryMax);
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

import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { EventFamily } from "./protocol/event-message.ts";

/** Events that come between the registration in the daemon and its answer; more than a handful means nobody asked. */
const EARLY_EVENTS_MAX = 1_000;

export type EventListener<T> = (event: T) => void;

/** Brings each event to the one listener that its callback id belongs to. */
export class EventRouter {
  readonly #log: Log;
  readonly #listeners = new Map<string, EventListener<never>>();
  #registering = 0;
  #early: { readonly key: string; readonly event: object }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Registers in the daemon, and from then on gives the listener each event; disposing deregisters. */
  async subscribe<T>(
    family: EventFamily,
    actions: { register(): Promise<number>; deregister(callbackID: number): Promise<void> },
    listener: EventListener<T>,
  ): Promise<AsyncDisposable> {
    this.#registering++;
    try {
      const callbackID = await actions.register();
      const key = `${family} ${callbackID}`;
      this.#listeners.set(key, listener);
      this.#replay(key);
      return {
        [Symbol.asyncDispose]: async () => {
          if (!this.#listeners.delete(key)) return;
          await actions.deregister(callbackID);
        },
      };
    } finally {
      this.#registering--;
      if (this.#registering === 0) this.#early = [];
    }
  }

  dispatch(family: EventFamily, event: { readonly callbackID?: number }): void {
    const key = `${family} ${event.callbackID}`;
    const listener = this.#listeners.get(key);
    if (listener !== undefined) this.#deliver(listener, event);
    else if (this.#registering > 0 && this.#early.length < EARLY_EVENTS_MAX) this.#early.push({ key, event });
  }

  #replay(key: string): void {
    const listener = this.#listeners.get(key);
    const [mine, others] = [
      this.#early.filter((early) => early.key === key),
      this.#early.filter((early) => early.key !== key),
    ];
    this.#early = others;
    for (const { event } of mine) if (listener !== undefined) this.#deliver(listener, event);
  }

  #deliver(listener: EventListener<never>, event: object): void {
    try {
      listener(event as never); // The subscription has tied the kind of event to the type of listener.
    } catch (error) {
      this.#log.error("a listener for libvirt events failed", { error: describeError(error) });
    }
  }
}

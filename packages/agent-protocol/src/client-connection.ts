import type { Duplex } from "node:stream";
import { assert } from "@yagura/std/assert.ts";
import type { Clock } from "@yagura/std/clock.ts";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import type { Log } from "@yagura/std/log.ts";
import {
  ClientStompSession,
  eventDestination,
  type Frame,
  frame,
  requestDestinations,
  requestFrame,
  subscribeFrame,
} from "@yagura/stomp";
import type { CallOptions } from "./call.ts";
import { decode, Mismatch } from "./decode.ts";
import { ConnectionEnded, NotConnected, OutcomeUnknown, UnexpectedAnswer } from "./errors.ts";
import { EventFeed } from "./event-feed.ts";
import { parseEvent } from "./event-text.ts";
import { FrameStream } from "./frame-stream.ts";
import { verbSchemas } from "./generated/schema.ts";
import type { VerbName } from "./generated/verbs.ts";
import { parseResponses, type ReceivedResponse } from "./json-rpc.ts";
import { isSpmEpoch } from "./spm-epoch.ts";

export interface ClientConnectionOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly log: Log;
  readonly heartbeatMs: number;
  readonly callTimeoutMs: number;
  readonly callsMax: number;
  readonly frameBytesMax: number;
}

interface Waiter {
  resolve(outcome: ReceivedResponse["outcome"]): void;
  fail(cause: Error): void;
}

/** What a client keeps to send; more than this means that the agent does not read. */
const outgoingBytesMax = 64 * 1024 * 1024;

/** One connection to an agent: ids of calls to their waiters, events to their feeds. */
export class ClientConnection {
  /** Resolves when calls can be made. */
  readonly ready: Promise<void>;
  readonly closed: Promise<Error | undefined>;
  readonly #options: ClientConnectionOptions;
  readonly #frames: FrameStream;
  readonly #stomp: ClientStompSession;
  readonly #waiters = new Map<string, Waiter>();
  readonly #feeds = new Set<EventFeed>();
  /** A destination of our own: nobody else gets our answers. */
  readonly #replyTo = crypto.randomUUID();
  readonly #becomeReady: () => void;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    const { stream, clock, frameBytesMax, heartbeatMs } = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#becomeReady = resolve;
    // Whoever does not wait for `ready` hears of the end by `closed`.
    promise.catch(() => undefined);
    this.#stomp = new ClientStompSession({ times: { sendEveryMs: 0, expectEveryMs: heartbeatMs } });
    const onFrame = (received: Frame): void => this.#handle(received);
    this.#frames = new FrameStream({ stream, clock, frameBytesMax, outgoingBytesMax, saysErrors: false, onFrame });
    this.closed = this.#frames.closed.then((reason) => {
      this.#release(reason);
      reject(reason ?? new Error("the connection was closed"));
      return reason;
    });
    this.#frames.send(this.#stomp.connectFrame());
  }

  get isOpen(): boolean {
    return this.#frames.isOpen;
  }

  close(): void {
    this.#frames.send(frame("DISCONNECT", { receipt: "closing" }));
    this.#frames.close();
  }

  /** Ends the connection at once, without a word to the agent. */
  abandon(reason: Error): void {
    this.#frames.close(reason);
  }

  events(): EventFeed {
    const feed: EventFeed = new EventFeed(() => this.#feeds.delete(feed));
    if (this.isOpen) this.#feeds.add(feed);
    else feed.end();
    return feed;
  }

  /** @throws AgentFault, OutcomeUnknown, NotConnected, UnexpectedAnswer. */
  async call(verb: VerbName, params: object, options: CallOptions): Promise<unknown> {
    const { timeoutMs = this.#options.callTimeoutMs, signal, correlationId, spmEpoch } = options;
    signal?.throwIfAborted();
    assert(spmEpoch === undefined || isSpmEpoch(spmEpoch), `${spmEpoch} is no epoch`);
    if (!this.isOpen) throw new NotConnected(`${verb} was not sent: the connection to the agent is closed`);
    if (this.#waiters.size >= this.#options.callsMax) {
      throw new NotConnected(`${verb} was not sent: ${this.#waiters.size} calls are under way`);
    }
    const id = crypto.randomUUID();
    const body = JSON.stringify({ jsonrpc: "2.0", method: verb, params, id });
    const address = { destination: requestDestinations[0], replyTo: this.#replyTo, correlationId, spmEpoch };
    const outcome = this.#wait(id, verb, { timeoutMs, signal });
    this.#frames.send(requestFrame(address, body));
    return readOutcome(verb, await outcome);
  }

  /** Waits for the answer with this id; ends with OutcomeUnknown when the time is up or the connection ends. */
  async #wait(
    id: string,
    verb: string,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<ReceivedResponse["outcome"]> {
    const { promise, resolve, reject } = Promise.withResolvers<ReceivedResponse["outcome"]>();
    const fail = (cause: unknown): void => reject(new OutcomeUnknown(verb, { cause }));
    this.#waiters.set(id, { resolve, fail });
    const answered = new AbortController();
    const onAbort = (): void => fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    void this.#options.clock.sleep(timeoutMs, answered.signal).then(
      () => fail(new DeadlineExceeded(`waiting for the answer to ${verb}`, timeoutMs)),
      () => undefined,
    );
    try {
      return await promise;
    } finally {
      this.#waiters.delete(id);
      answered.abort();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #handle(received: Frame): void {
    for (const effect of this.#stomp.handle(received)) {
      switch (effect.do) {
        case "ready":
          this.#frames.beat(effect.times);
          this.#frames.send(subscribeFrame(this.#replyTo, crypto.randomUUID()));
          this.#frames.send(subscribeFrame(eventDestination, crypto.randomUUID()));
          this.#becomeReady();
          break;
        case "message":
          if (effect.destination === eventDestination) this.#announce(effect.body);
          else this.#settle(effect.body);
          break;
        case "close":
          this.#frames.close(effect.reason);
          return;
      }
    }
  }

  #settle(body: Buffer): void {
    const responses = parseResponses(body);
    if (responses === undefined) {
      // We cannot know whose answer this was, so nobody may go on waiting for it.
      this.#frames.close(new UnexpectedAnswer("the agent sent something that is no answer"));
      return;
    }
    for (const { id, outcome } of responses) {
      const waiter = typeof id === "string" ? this.#waiters.get(id) : undefined;
      if (waiter !== undefined) waiter.resolve(outcome);
      else this.#options.log.debug("an answer came that nobody waits for", { id });
    }
  }

  #announce(body: Buffer): void {
    const parsed = parseEvent(body);
    if ("problem" in parsed) {
      this.#options.log.warn("an event was not understood", { problem: parsed.problem });
      return;
    }
    for (const feed of this.#feeds) feed.push(parsed);
  }

  #release(reason: Error | undefined): void {
    const cause = new ConnectionEnded(
      "the connection to the agent ended",
      reason === undefined ? {} : { cause: reason },
    );
    for (const waiter of this.#waiters.values()) waiter.fail(cause);
    for (const feed of this.#feeds) feed.end();
    this.#feeds.clear();
  }
}

function readOutcome(verb: VerbName, outcome: ReceivedResponse["outcome"]): unknown {
  if ("fault" in outcome) throw outcome.fault;
  const schema = verbSchemas[verb];
  if (schema === undefined) throw new Error(`the generated code has no verb ${verb}`);
  try {
    return decode(schema.result, outcome.result, "tolerant");
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw cause;
    throw new UnexpectedAnswer(`the result of ${verb} was not understood`, { cause });
  }
}

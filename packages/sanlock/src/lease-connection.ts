import type { Socket } from "node:net";
import { withDeadline } from "@yagura/std/deadline.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { type CallOptions, checkAnswers, encodeQuestion, type Question } from "./ask.ts";
import { SanlockConnectionLost } from "./errors.ts";
import { SanlockProtocolError } from "./wire/errors.ts";
import { type Message, MessageReader } from "./wire/message-reader.ts";

export type ConnectionLoss = SanlockConnectionLost | SanlockProtocolError;

/** One registered connection: one question at a time, since the daemon answers nothing else meanwhile. */
export class LeaseConnection {
  readonly #socket: Socket;
  readonly #onLost: (cause: ConnectionLoss) => void;
  readonly #reader = new MessageReader();
  readonly #queue = new KeyedQueue<"connection">();
  #waiting: { readonly question: Question; readonly answer: PromiseWithResolvers<Message> } | undefined;
  #state: "open" | "closed" | ConnectionLoss = "open";

  /** @param onLost called once, before whoever waits is told, when it ends in another way than by `close` */
  constructor(socket: Socket, onLost: (cause: ConnectionLoss) => void) {
    this.#socket = socket;
    this.#onLost = onLost;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (cause) => this.#lose(new SanlockConnectionLost({ cause })));
    socket.on("close", () => this.#lose(new SanlockConnectionLost()));
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Does `work` when all before it is answered. Its place in the queue stays taken until then, even if nobody waits. */
  inTurn<T>(question: Question, options: CallOptions, work: () => Promise<T>): Promise<T> {
    const { timeoutMs = question.timeoutMs, signal } = options;
    return withDeadline(
      `asking sanlock to ${question.asked}`,
      timeoutMs,
      (until) =>
        this.#queue.run("connection", () => {
          until.throwIfAborted();
          return work();
        }),
      signal,
    );
  }

  /** For whoever has the turn. */
  exchange(question: Question): Promise<Message> {
    if (this.#state !== "open") {
      return Promise.reject(this.#state === "closed" ? new SanlockConnectionLost() : this.#state);
    }
    const answer = Promise.withResolvers<Message>();
    this.#waiting = { question, answer };
    this.#socket.write(encodeQuestion(question));
    return answer.promise;
  }

  /** After bytes that we do not understand nothing on this connection can be trusted: it ends. */
  decode<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SanlockProtocolError) this.#lose(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#state = "closed";
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("close", () => resolve());
    this.#socket.destroy();
    await promise;
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const message of this.decode(() => this.#reader.push(chunk))) this.#answer(message);
    } catch (error) {
      // Whoever waits was told by `decode`; this is the socket's own call, which nobody waits for.
      if (!(error instanceof SanlockProtocolError)) throw error;
    }
  }

  #answer(message: Message): void {
    const waiting = this.#waiting;
    this.decode(() => {
      if (waiting === undefined) throw new SanlockProtocolError("an answer that nobody waits for");
      checkAnswers(waiting.question, message);
    });
    this.#waiting = undefined;
    waiting?.answer.resolve(message);
  }

  #lose(cause: ConnectionLoss): void {
    if (this.#state !== "open") return;
    this.#state = cause;
    this.#onLost(cause);
    this.#waiting?.answer.reject(cause);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

import { withDeadline } from "@yagura/std/deadline.ts";
import { SanlockConnectionLost, SanlockError } from "./errors.ts";
import { openSocket } from "./open-socket.ts";
import { SanlockProtocolError } from "./wire/errors.ts";
import { type Command, commands, encodeRequest, type RequestFields } from "./wire/header.ts";
import { type Message, MessageReader } from "./wire/message-reader.ts";

export interface CallOptions {
  /** How long to wait for the answer. What the daemon has begun goes on when nobody waits any more. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How long we wait when the caller does not say. */
export const patience = {
  /** What the daemon knows by itself. */
  memoryMs: 10_000,
  /** What it reads or writes once: its own limit for that is io_timeout, and there may be others before us. */
  storageMs: 60_000,
  /** What waits for a lease of a host that may be dead: 210 s at an io_timeout of 10 s, and some room. */
  leaseMs: 300_000,
} as const;

export interface Question {
  readonly command: Command;
  /** For people, after "sanlock could not": "acquire the lease SDM of …". */
  readonly asked: string;
  readonly timeoutMs: number;
  readonly fields?: RequestFields;
  readonly body?: readonly Uint8Array[];
}

/** Asks one question, on whichever connection. */
export type Ask = (question: Question, options?: CallOptions) => Promise<Message>;

export function encodeQuestion({ command, fields, body = [] }: Question): Uint8Array {
  return encodeRequest(command, fields, ...body);
}

/** @throws SanlockProtocolError when this is not the answer to that question */
export function checkAnswers({ command }: Question, { header }: Message): void {
  if (header.command !== commands[command]) {
    throw new SanlockProtocolError(`the answer to command ${header.command}, not to ${command}`);
  }
}

/** @throws SanlockError unless it was done */
export function requireDone({ asked }: Question, answer: Message): Message {
  if (answer.header.result < 0) throw new SanlockError(asked, answer.header.result);
  return answer;
}

/**
 * Asks on a connection of its own, which ends with the answer: for everything that has nothing to do with what this
 * process holds. The answer may be a refusal.
 * @throws CannotReachSanlock, SanlockConnectionLost, SanlockProtocolError, DeadlineExceeded
 */
export function askOnce(socketPath: string): Ask {
  return (question, { timeoutMs = question.timeoutMs, signal } = {}) =>
    withDeadline(
      `asking sanlock to ${question.asked}`,
      timeoutMs,
      async (until) => {
        using socket = await openSocket(socketPath, until);
        const reader = new MessageReader();
        socket.send(encodeQuestion(question));
        for await (const chunk of socket.chunks()) {
          const [answer] = reader.push(chunk);
          if (answer !== undefined) {
            checkAnswers(question, answer);
            return answer;
          }
        }
        throw new SanlockConnectionLost();
      },
      signal,
    );
}

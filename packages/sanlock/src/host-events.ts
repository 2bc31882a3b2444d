/** Messages between the hosts of a lockspace, carried by the renewals: a renewal or two late, and only the last one counts. */
import { withDeadline } from "@yagura/std/deadline.ts";
import {
  type Ask,
  askOnce,
  type CallOptions,
  checkAnswers,
  encodeQuestion,
  patience,
  type Question,
  requireDone,
} from "./ask.ts";
import { SanlockConnectionLost } from "./errors.ts";
import { dial } from "./open-socket.ts";
import { SanlockProtocolError } from "./wire/errors.ts";
import { EVENT_COMMAND } from "./wire/header.ts";
import { type Message, MessageReader } from "./wire/message-reader.ts";
import { StructReader } from "./wire/struct-reader.ts";
import {
  decodeEvent,
  encodeHostEvent,
  encodeLockspaceName,
  type HostEvent,
  type ReceivedEvent,
} from "./wire/structs.ts";

const setFlags = { replace: 0x08, allHosts: 0x10 } as const;

export interface SetEventOptions extends CallOptions {
  /** Replaces an event that others may not have seen yet, which otherwise is refused with EBUSY. */
  readonly replace?: boolean;
  /** To every host; `hostId` must still be one of them. */
  readonly toAllHosts?: boolean;
}

/** @throws SanlockError */
export async function setHostEvent(
  ask: Ask,
  lockspace: string,
  event: HostEvent,
  { replace = false, toAllHosts = false, ...options }: SetEventOptions = {},
): Promise<void> {
  const question: Question = {
    command: "setEvent",
    asked: `tell host ${event.hostId} of ${lockspace} an event`,
    timeoutMs: patience.memoryMs,
    fields: { flags: (replace ? setFlags.replace : 0) | (toAllHosts ? setFlags.allHosts : 0) },
    body: [encodeLockspaceName(lockspace), encodeHostEvent(event)],
  };
  requireDone(question, await ask(question, options));
}

/** Ends with `close`, or by itself when the lockspace is left or the daemon ends. */
export interface EventSubscription extends AsyncDisposable {
  /** When nothing comes any more: `undefined` after `close`, else why. */
  readonly ended: Promise<Error | undefined>;
  close(): Promise<void>;
}

/**
 * Hears the events that other hosts set for this one. At most 32 connections may listen to one lockspace.
 * @throws SanlockError when this host is not a member of the lockspace
 */
export async function watchHostEvents(
  socketPath: string,
  lockspace: string,
  onEvent: (event: ReceivedEvent) => void,
  { timeoutMs = patience.memoryMs, signal }: CallOptions = {},
): Promise<EventSubscription> {
  const question: Question = {
    command: "registerEvent",
    asked: `report the events of ${lockspace}`,
    timeoutMs,
    body: [encodeLockspaceName(lockspace), encodeHostEvent({ hostId: 0, generation: 0, event: 0n, data: 0n })],
  };
  const { promise: confirmed, resolve: confirm, reject: refuse } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<Error | undefined>();
  const reader = new MessageReader();
  let isConfirmed = false;
  const take = (chunk: Uint8Array): ReceivedEvent[] => {
    const messages = reader.push(chunk);
    if (!isConfirmed) {
      const answer = messages.shift();
      if (answer === undefined) return [];
      checkAnswers(question, answer);
      requireDone(question, answer);
      isConfirmed = true;
      confirm();
    }
    return messages.map(readEvent);
  };
  const socket = await withDeadline("reaching sanlock", timeoutMs, (until) => dial(socketPath, until), signal);
  const stop = (reason: Error | undefined): void => {
    end(reason);
    refuse(reason ?? new SanlockConnectionLost());
    socket.destroy();
  };
  socket.on("data", (chunk) => {
    let events: ReceivedEvent[];
    try {
      events = take(chunk);
    } catch (error) {
      return stop(error instanceof Error ? error : new Error(String(error)));
    }
    events.forEach((event) => {
      onEvent(event);
    });
  });
  socket.on("error", (cause) => stop(new SanlockConnectionLost({ cause })));
  socket.on("close", () => stop(new SanlockConnectionLost()));
  socket.write(encodeQuestion(question));
  try {
    await withDeadline(`asking sanlock to ${question.asked}`, timeoutMs, () => confirmed, signal);
  } catch (error) {
    stop(undefined);
    throw error;
  }
  const close = (): Promise<void> => {
    stop(undefined);
    return forgetClosedSubscriptions(askOnce(socketPath), lockspace);
  };
  return { ended, close, [Symbol.asyncDispose]: close };
}

function readEvent({ header, body }: Message): ReceivedEvent {
  if (header.command !== EVENT_COMMAND) throw new SanlockProtocolError(`an event of the kind ${header.command}`);
  return decodeEvent(new StructReader(body));
}

/** The daemon does not look at these connections by itself: told to, it drops those that are closed. */
async function forgetClosedSubscriptions(ask: Ask, lockspace: string): Promise<void> {
  await ask({
    command: "endEvent",
    asked: `stop reporting the events of ${lockspace}`,
    timeoutMs: patience.memoryMs,
    body: [encodeLockspaceName(lockspace)],
  });
}

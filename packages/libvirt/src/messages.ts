import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { UnknownVariant, type XdrReader } from "@yagura/xdr";
import { ProtocolError } from "./errors.ts";
import type { EventFamily, EventMessage } from "./protocol/event-message.ts";
import { keepaliveMessages, programs } from "./protocol/generated/net-constants.ts";
import { qemuEventMessages } from "./protocol/generated/qemu-events.ts";
import { remoteEventMessages } from "./protocol/generated/remote-events.ts";
import type { PacketHeader } from "./wire/header.ts";

/** A message that belongs to no call, as a value. */
export type Message =
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | { readonly kind: "event"; readonly family: EventFamily; readonly event: object }
  | { readonly kind: "hypervisor gone"; readonly reason: number }
  /** Of a newer daemon, or of a registration of the old form: not for us. */
  | { readonly kind: "other"; readonly name: string };

const eventMessages: ReadonlyMap<number, ReadonlyMap<number, EventMessage>> = new Map([
  [programs.remote, remoteEventMessages],
  [programs.qemu, qemuEventMessages],
]);

/** @throws ProtocolError or MalformedXdr for a message that is known and broken. */
export function readMessage(header: PacketHeader, payload: XdrReader, log: Log): Message {
  const { prog, proc } = header;
  if (prog === programs.keepalive) return readKeepalive(proc);
  const definition = eventMessages.get(prog)?.get(proc);
  if (definition === undefined) return { kind: "other", name: `message ${proc} of program ${prog}` };
  try {
    const event = definition.decode(payload);
    payload.finish();
    if (definition.family !== undefined) return { kind: "event", family: definition.family, event };
    if ("reason" in event && typeof event.reason === "number") return { kind: "hypervisor gone", reason: event.reason };
    return { kind: "other", name: definition.name };
  } catch (cause) {
    if (!(cause instanceof UnknownVariant))
      throw new ProtocolError(`cannot read the event ${definition.name}`, { cause });
    log.warn("an event of libvirt could not be read", { event: definition.name, error: describeError(cause) });
    return { kind: "other", name: definition.name };
  }
}

function readKeepalive(proc: number): Message {
  if (proc === keepaliveMessages.ping) return { kind: "ping" };
  if (proc === keepaliveMessages.pong) return { kind: "pong" };
  return { kind: "other", name: `keepalive ${proc}` };
}

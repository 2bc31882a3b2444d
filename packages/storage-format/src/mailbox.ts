/**
 * `dom_md/inbox` and `dom_md/outbox` of the master: how hosts ask the SPM for larger volumes, and what it answers. Both
 * files are mailboxes of 4 KiB one after the other, one for each host id. The mailbox of id 0 is no host's: in the
 * inbox it has an event, so that the SPM need not read all the others to see that something is new.
 * vdsm fd4b0df lib/vdsm/storage/mailbox.py
 *
 * ```
 * mailbox   0    64   128        4032                      4092       4096
 *           | message × 63 …     | nothing                 | checksum |        sum of all bytes before it, u32 little-endian
 * message   0 "1"  1 "xtnd"   5 domain[16]  21 volume[16]  37 size[16]  53 "0" × 11         UUIDs with their bytes reversed,
 *                                                          size in MiB, hexadecimal digits
 * event     0 \0 "evt"   4 UUID[16] in the usual order
 * ```
 *
 * A message of 64 zeros is free. A reply repeats the message with the size that the volume has now, or 0 when it could not
 * be extended. The host then sends 64 times 0x01, the SPM answers the same, and the place is free again.
 */
import { findId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";

export const MAILBOX_BYTES = 4096;
export const MESSAGES_PER_MAILBOX = 63;
const MESSAGE_BYTES = 64;
const CHECKSUM_AT = MAILBOX_BYTES - 4;
const VERSION_AND_EXTEND = "1xtnd";
const DOMAIN_AT = 5;
const VOLUME_AT = 21;
const SIZE_AT = 37;
const SIZE_DIGITS = 16;
const PADDING_AT = 53;
const SIZE_MIB_MAX = 0xffffffff;
const EVENT = "\0evt";
const EVENT_ID_AT = 4;
const UUID_BYTES = 16;
const CLEAN_BYTE = 1;

/** What a host asks for, and what the SPM says of it. */
export interface ExtendMessage {
  readonly domainId: StorageDomainId;
  readonly volumeId: VolumeId;
  /** As large as the volume is to be, or is now; in a reply 0 says that it could not be done. */
  readonly sizeMiB: number;
}

export type MailboxMessage =
  | { readonly is: "free" }
  /** Seen by the other side: the place may be used again. */
  | { readonly is: "clean" }
  | ({ readonly is: "extend" } & ExtendMessage)
  /** Of a version or kind that we do not know; kept as it is. */
  | { readonly is: "foreign"; readonly bytes: Uint8Array };

/** A message, or a mailbox, that cannot be written. */
export class CannotWriteMail extends Error {
  override readonly name = "CannotWriteMail";
}

/** Where the mailbox of a host lies in either file. */
export function mailboxOffset(hostId: number): number {
  return hostId * MAILBOX_BYTES;
}

/**
 * The messages of a mailbox that a host wrote; `undefined` when its checksum is wrong, as it is while somebody writes:
 * read it again later.
 * @param bytes the whole mailbox
 */
export function decodeRequests(bytes: Uint8Array): MailboxMessage[] | undefined {
  if (bytes.length !== MAILBOX_BYTES || readChecksum(bytes) !== checksum(bytes)) return undefined;
  return decodeReplies(bytes);
}

/**
 * The messages of a mailbox that the SPM wrote: vdsm puts no checksum below its replies, so there is none to check.
 * `undefined` for less than a mailbox.
 */
export function decodeReplies(bytes: Uint8Array): MailboxMessage[] | undefined {
  if (bytes.length !== MAILBOX_BYTES) return undefined;
  return Array.from({ length: MESSAGES_PER_MAILBOX }, (_, index) =>
    decodeMessage(bytes.subarray(index * MESSAGE_BYTES, (index + 1) * MESSAGE_BYTES)),
  );
}

/**
 * A whole mailbox with its checksum; places that are not given are free.
 * @throws CannotWriteMail for more messages than fit, or a size that cannot be
 */
export function encodeMailbox(messages: readonly MailboxMessage[]): Uint8Array {
  if (messages.length > MESSAGES_PER_MAILBOX) throw new CannotWriteMail(`${messages.length} messages in one mailbox`);
  const bytes = new Uint8Array(MAILBOX_BYTES);
  for (const [index, message] of messages.entries()) bytes.set(encodeMessage(message), index * MESSAGE_BYTES);
  new DataView(bytes.buffer).setUint32(CHECKSUM_AT, checksum(bytes), true);
  return bytes;
}

/** Whether a reply is about the same volume as a request. */
export function isReplyTo(request: ExtendMessage, reply: ExtendMessage): boolean {
  return request.domainId === reply.domainId && request.volumeId === reply.volumeId;
}

/** The block that tells the SPM of new mail. @param eventId a new UUID each time: that it is another one is the news */
export function encodeEvent(eventId: string): Uint8Array {
  const bytes = new Uint8Array(MAILBOX_BYTES);
  bytes.set(new TextEncoder().encode(EVENT));
  bytes.set(uuidBytes(eventId), EVENT_ID_AT);
  return bytes;
}

/** The UUID of the last event; `undefined` when there was none yet. */
export function decodeEvent(bytes: Uint8Array): string | undefined {
  if (bytes.length < EVENT_ID_AT + UUID_BYTES || textAt(bytes, 0, EVENT.length) !== EVENT) return undefined;
  return uuidText(bytes.subarray(EVENT_ID_AT, EVENT_ID_AT + UUID_BYTES));
}

function encodeMessage(message: MailboxMessage): Uint8Array {
  switch (message.is) {
    case "free":
      return new Uint8Array(MESSAGE_BYTES);
    case "clean":
      return new Uint8Array(MESSAGE_BYTES).fill(CLEAN_BYTE);
    case "extend":
      return encodeExtend(message);
    case "foreign":
      if (message.bytes.length !== MESSAGE_BYTES)
        throw new CannotWriteMail(`a message of ${message.bytes.length} bytes`);
      return message.bytes;
  }
}

function encodeExtend({ domainId, volumeId, sizeMiB }: ExtendMessage): Uint8Array {
  if (!Number.isInteger(sizeMiB) || sizeMiB < 0 || sizeMiB > SIZE_MIB_MAX) {
    throw new CannotWriteMail(`a volume of ${sizeMiB} MiB`);
  }
  const size = sizeMiB.toString(16).padStart(SIZE_DIGITS, "0");
  const bytes = new TextEncoder().encode(
    `${VERSION_AND_EXTEND.padEnd(SIZE_AT, "\0")}${size}`.padEnd(MESSAGE_BYTES, "0"),
  );
  bytes.set(uuidBytes(domainId).reverse(), DOMAIN_AT);
  bytes.set(uuidBytes(volumeId).reverse(), VOLUME_AT);
  return bytes;
}

function decodeMessage(bytes: Uint8Array): MailboxMessage {
  // vdsm takes any message that begins with a zero for free, but only a zeroed one can be written back as such.
  if (bytes.every((byte) => byte === 0)) return { is: "free" };
  if (bytes.every((byte) => byte === CLEAN_BYTE)) return { is: "clean" };
  const message = decodeExtend(bytes);
  return message === undefined ? { is: "foreign", bytes: bytes.slice() } : { is: "extend", ...message };
}

/** `undefined` for what we would not write byte for byte like this. */
function decodeExtend(bytes: Uint8Array): ExtendMessage | undefined {
  const size = textAt(bytes, SIZE_AT, SIZE_DIGITS);
  const padding = textAt(bytes, PADDING_AT, MESSAGE_BYTES - PADDING_AT);
  const domainId = findId<StorageDomainId>(uuidText(bytes.slice(DOMAIN_AT, DOMAIN_AT + UUID_BYTES).reverse()));
  const volumeId = findId<VolumeId>(uuidText(bytes.slice(VOLUME_AT, VOLUME_AT + UUID_BYTES).reverse()));
  if (textAt(bytes, 0, DOMAIN_AT) !== VERSION_AND_EXTEND || !/^0{8}[0-9a-f]{8}$/.test(size) || !/^0+$/.test(padding)) {
    return undefined;
  }
  return domainId && volumeId && { domainId, volumeId, sizeMiB: Number.parseInt(size, 16) };
}

function checksum(bytes: Uint8Array): number {
  return bytes.subarray(0, CHECKSUM_AT).reduce((sum, byte) => sum + byte, 0);
}

function readChecksum(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(CHECKSUM_AT, true);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function uuidBytes(uuid: string): Uint8Array {
  const digits = uuid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw new CannotWriteMail(`${JSON.stringify(uuid)} is not a UUID`);
  return Uint8Array.from({ length: UUID_BYTES }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

function uuidText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

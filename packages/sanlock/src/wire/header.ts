/**
 * Before each request, each reply and each event:
 *
 * ```
 *   0       4         8         12      16       20    24     28      32
 *   | magic | version | command | flags | length | seq | data | data2 | …        length counts the header
 * ```
 *
 * In a reply `data` is the result: 0 or more when done, else the negative code of an error.
 */
import { SanlockProtocolError } from "./errors.ts";
import { StructReader } from "./struct-reader.ts";
import { StructWriter } from "./struct-writer.ts";

export const HEADER_BYTES = 32;
/** The daemon's own answers stay below this: it builds them in a buffer of this size. */
export const MESSAGE_BYTES_MAX = 1024 * 1024 + 4096;

const MAGIC = 0x04282010;
const VERSION = 1;
/** Versions that differ in the lower half understand each other. */
const VERSION_MAJOR_MASK = 0xffff0000;

/** What one can ask, and the number of each. */
export const commands = {
  register: 1,
  addLockspace: 2,
  removeLockspace: 3,
  status: 5,
  acquire: 7,
  release: 8,
  inquire: 9,
  restrict: 10,
  request: 11,
  inquireLockspace: 16,
  killPath: 17,
  writeLockspace: 18,
  writeResource: 19,
  readLockspace: 20,
  readResource: 21,
  getLockspaces: 22,
  getHosts: 23,
  readResourceOwners: 24,
  setLvb: 25,
  getLvb: 26,
  version: 28,
  registerEvent: 30,
  endEvent: 31,
  setEvent: 32,
} as const;
export type Command = keyof typeof commands;

/** The number in the header of an event, which nobody asked for. */
export const EVENT_COMMAND = 1;

/** `data2` of a request that is about the connection it comes on, not about another process. */
export const THIS_CONNECTION = 0xffffffff;

export interface ReplyHeader {
  readonly version: number;
  readonly command: number;
  readonly flags: number;
  readonly byteLength: number;
  /** 0 or more: done. Less: the code of an error. */
  readonly result: number;
  readonly data2: number;
}

export interface RequestFields {
  readonly flags?: number;
  readonly data?: number;
  readonly data2?: number;
}

/** One request in one piece, so that the daemon never waits for the rest of it: some it reads in its main loop. */
export function encodeRequest(
  command: Command,
  fields: RequestFields = {},
  ...body: readonly Uint8Array[]
): Uint8Array {
  const bodyBytes = body.reduce((sum, part) => sum + part.length, 0);
  const writer = new StructWriter(HEADER_BYTES + bodyBytes)
    .uint32(MAGIC)
    .uint32(VERSION)
    .uint32(commands[command])
    .uint32(fields.flags ?? 0)
    .uint32(HEADER_BYTES + bodyBytes)
    .uint32(0)
    .uint32(fields.data ?? 0)
    .uint32(fields.data2 ?? 0);
  for (const part of body) writer.raw(part);
  return writer.bytes;
}

/** @throws SanlockProtocolError for what is not sanlock's, is of a newer protocol, or has an impossible length */
export function decodeHeader(bytes: Uint8Array): ReplyHeader {
  const reader = new StructReader(bytes);
  const magic = reader.uint32();
  if (magic !== MAGIC) throw new SanlockProtocolError(`it begins with ${hex(magic)} instead of ${hex(MAGIC)}`);
  const [version, command, flags, byteLength] = [reader.uint32(), reader.uint32(), reader.uint32(), reader.uint32()];
  const result = reader.skip(4).int32();
  const data2 = reader.uint32();
  if ((version & VERSION_MAJOR_MASK) !== 0) throw new SanlockProtocolError(`version ${hex(version)} of the protocol`);
  if (byteLength < HEADER_BYTES || byteLength > MESSAGE_BYTES_MAX) {
    throw new SanlockProtocolError(`a message of ${byteLength} bytes`);
  }
  return { version, command, flags, byteLength, result, data2 };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

import { type Frame, FrameRefused } from "./frame.ts";
import { unescapeHeader } from "./header-text.ts";

export interface FrameLimits {
  /** Of the body. */
  readonly bodyBytesMax: number;
  /** Of command and headers together. */
  readonly headBytesMax: number;
  readonly headersMax: number;
}

const defaultLimits: FrameLimits = { bodyBytesMax: 16 * 1024 * 1024, headBytesMax: 16 * 1024, headersMax: 64 };

const LF = 10;
const CR = 13;

interface Head {
  readonly command: string;
  readonly headers: Map<string, string>;
  readonly hasRawColon: boolean;
  /** Where the body must end, if the sender said so. */
  readonly bodyBytes: number | undefined;
}

/** Cuts a byte stream into STOMP frames and drops heart-beats. Does no I/O: feed it chunks of any size. */
export class FrameReader {
  readonly #limits: FrameLimits;
  #chunks: Buffer[] = [];
  #pendingBytes = 0;
  #head: Head | undefined;

  constructor(limits: Partial<FrameLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** @throws FrameRefused; nothing after it can be understood, so close the connection. */
  push(chunk: Uint8Array): Frame[] {
    const arrived = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#chunks.push(arrived);
    this.#pendingBytes += arrived.length;
    // Joining on each arrival would copy a long body again and again.
    if (this.#head !== undefined && !this.#mayEndBody(this.#head, arrived)) return [];

    const frames: Frame[] = [];
    let pending = this.#chunks.length === 1 ? arrived : Buffer.concat(this.#chunks);
    for (;;) {
      if (this.#head === undefined) {
        pending = pending.subarray(countLineEnds(pending));
        const headBytes = endOfHead(pending);
        if ((headBytes ?? pending.length) > this.#limits.headBytesMax) {
          throw new FrameRefused(`a header block has more than ${this.#limits.headBytesMax} bytes`);
        }
        if (headBytes === undefined) break;
        this.#head = parseHead(pending.subarray(0, headBytes), this.#limits);
        pending = pending.subarray(headBytes);
      }
      const bodyBytes = this.#findBody(this.#head, pending);
      if (bodyBytes === undefined) break;
      const { command, headers, hasRawColon } = this.#head;
      frames.push({ command, headers, hasRawColon, body: pending.subarray(0, bodyBytes) });
      pending = pending.subarray(bodyBytes + 1);
      this.#head = undefined;
    }
    this.#chunks = pending.length === 0 ? [] : [pending];
    this.#pendingBytes = pending.length;
    return frames;
  }

  #mayEndBody({ bodyBytes }: Head, arrived: Buffer): boolean {
    if (bodyBytes !== undefined) return this.#pendingBytes > bodyBytes;
    return arrived.includes(0) || this.#pendingBytes > this.#limits.bodyBytesMax;
  }

  /** The length of the body if all of it, and the NUL after it, is there. */
  #findBody({ bodyBytes }: Head, pending: Buffer): number | undefined {
    if (bodyBytes !== undefined) {
      if (pending.length <= bodyBytes) return undefined;
      if (pending[bodyBytes] !== 0) throw new FrameRefused("a frame does not end where its content-length says");
      return bodyBytes;
    }
    const end = pending.indexOf(0);
    if ((end === -1 ? pending.length : end) > this.#limits.bodyBytesMax) throw tooLong(this.#limits);
    return end === -1 ? undefined : end;
  }
}

/** Line ends before a frame: heart-beats. */
function countLineEnds(bytes: Buffer): number {
  let count = 0;
  while (bytes[count] === LF || bytes[count] === CR) count += 1;
  return count;
}

/** The length of command and headers with the empty line after them; `undefined` if its end is not there yet. */
function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}

function parseHead(bytes: Buffer, limits: FrameLimits): Head {
  if (bytes.includes(0)) throw new FrameRefused("a header block contains a NUL");
  const [command = "", ...lines] = decodeText(bytes)
    .replace(/[\r\n]+$/, "")
    .split(/\r?\n/);
  if (!/^[A-Z]{1,16}$/.test(command)) throw new FrameRefused("a frame begins with something that is no command");
  if (lines.length > limits.headersMax) throw new FrameRefused(`a frame has more than ${limits.headersMax} headers`);
  const isLenient = command === "CONNECT" || command === "CONNECTED";
  const headers = new Map<string, string>();
  let hasRawColon = false;
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon === -1) throw new FrameRefused("a header has no colon");
    const value = line.slice(colon + 1);
    hasRawColon ||= value.includes(":");
    const name = unescapeHeader(line.slice(0, colon), isLenient);
    // The first of repeated headers counts; the others are what it was before.
    if (!headers.has(name)) headers.set(name, unescapeHeader(value, isLenient));
  }
  return { command, headers, hasRawColon, bodyBytes: parseContentLength(headers.get("content-length"), limits) };
}

function parseContentLength(text: string | undefined, limits: FrameLimits): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new FrameRefused(`impossible content-length ${JSON.stringify(text.slice(0, 40))}`);
  const bytes = Number(text);
  if (bytes > limits.bodyBytesMax) throw tooLong(limits);
  return bytes;
}

function tooLong({ bodyBytesMax }: FrameLimits): FrameRefused {
  return new FrameRefused(`a frame has more than ${bodyBytesMax} bytes`);
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FrameRefused("a header block is not UTF-8", { cause });
  }
}

/** What the daemon says of itself. */
import { withDeadline } from "@yagura/std/deadline.ts";
import {
  type Ask,
  type CallOptions,
  checkAnswers,
  encodeQuestion,
  patience,
  type Question,
  requireDone,
} from "./ask.ts";
import { openSocket } from "./open-socket.ts";
import { SanlockProtocolError } from "./wire/errors.ts";
import { decodeHeader, HEADER_BYTES } from "./wire/header.ts";
import { type DaemonStatus, decodeStatus } from "./wire/status-records.ts";

/** More than the daemon has places for clients, lockspaces and leases. */
const STATUS_BYTES_MAX = 32 * 1024 * 1024;

export interface SanlockVersion {
  /** "3.8.5" */
  readonly release: string;
  readonly protocol: number;
}

/** @throws SanlockError */
export async function readVersion(ask: Ask, options?: CallOptions): Promise<SanlockVersion> {
  const question: Question = { command: "version", asked: "tell its version", timeoutMs: patience.memoryMs };
  const { header } = requireDone(question, await ask(question, options));
  const [major, minor, patch] = [24, 16, 8].map((shift) => (header.data2 >>> shift) & 0xff);
  return { release: `${major}.${minor}.${patch}`, protocol: header.version };
}

/** Everything the daemon knows: for people who look for a fault, not for decisions. */
export async function readStatus(
  socketPath: string,
  { timeoutMs = patience.memoryMs, signal }: CallOptions = {},
): Promise<DaemonStatus> {
  const question: Question = { command: "status", asked: "tell its status", timeoutMs };
  const bytes = await withDeadline(
    `asking sanlock to ${question.asked}`,
    timeoutMs,
    async (until) => {
      using socket = await openSocket(socketPath, until);
      socket.send(encodeQuestion(question));
      return await collect(socket.chunks());
    },
    signal,
  );
  // Its length counts the header alone: the records go on to the end of the stream.
  const header = decodeHeader(bytes.subarray(0, HEADER_BYTES));
  const answer = { header, body: bytes.subarray(HEADER_BYTES) };
  checkAnswers(question, answer);
  return decodeStatus(requireDone(question, answer).body);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of chunks) {
    byteLength += chunk.length;
    if (byteLength > STATUS_BYTES_MAX)
      throw new SanlockProtocolError(`a status of more than ${STATUS_BYTES_MAX} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

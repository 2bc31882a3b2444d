import type { Frame } from "./frame.ts";
import { type EscapeOptions, escapeHeader } from "./header-text.ts";

/** oVirt's Java client keeps the header block of a frame in this many bytes. */
export const headerBlockBytesMax = 1024;

/** One byte that says "I am here" when there is nothing else to send. */
export const heartBeat: Buffer = Buffer.from("\n");

/** The frame cannot be sent: its headers would not fit what peers accept. */
export class HeadersTooLong extends Error {
  override readonly name = "HeadersTooLong";
}

/**
 * The bytes of one frame, with `content-length` where there is a body. Write them with one call, and wait for it
 * before the next frame: VDSM handles only the first frame of a TLS record, the rest when the next record arrives.
 * @throws HeadersTooLong when command and headers need more than 1024 bytes.
 */
export function encodeFrame(
  { command, headers, body }: Frame,
  options: EscapeOptions = { escapeColons: true },
): Buffer {
  const lines = [command];
  for (const [name, value] of headers) {
    if (name !== "content-length")
      lines.push(`${escapeHeader(name, { escapeColons: true })}:${escapeHeader(value, options)}`);
  }
  if (body.length > 0) lines.push(`content-length:${body.length}`);
  const head = Buffer.from(`${lines.join("\n")}\n\n`);
  if (head.length > headerBlockBytesMax) throw new HeadersTooLong(`${command} needs ${head.length} bytes of headers`);
  return Buffer.concat([head, body, Buffer.of(0)]);
}

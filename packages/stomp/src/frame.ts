/**
 * One STOMP frame. On the wire (`\n` may be `\r\n`):
 *
 *     COMMAND \n  name:value \n  name:value \n  \n  body \0
 */
export interface Frame {
  readonly command: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Some header value held a `:` that was not escaped: the sender escapes nothing, and undoes nothing. */
  readonly hasRawColon?: boolean;
}

/** A frame to be sent. Headers that are `undefined` are left out. */
export function frame(
  command: string,
  headers: Readonly<Record<string, string | undefined>> = {},
  body: string | Uint8Array = "",
): Frame {
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { command, headers: new Map(present), body: Buffer.from(body) };
}

/** What the peer sent is not STOMP 1.2, or larger than we accept. The connection cannot go on. */
export class FrameRefused extends Error {
  override readonly name = "FrameRefused";
}

import type { XdrReader, XdrWriter } from "@yagura/xdr";

export type Pace = "quick" | "ordinary";

/** One procedure of a program: its numbers, its codecs, and how it is to be treated. */
export interface Procedure<Args, Result> {
  readonly program: number;
  readonly version: number;
  readonly number: number;
  readonly name: string;
  /** "quick": answered from the daemon's own memory. "ordinary" ones may wait for a guest, an agent or storage. */
  readonly pace: Pace;
  /** The direction of the bytes that follow the answer, if any do. */
  readonly stream: "read" | "write" | undefined;
  encode(writer: XdrWriter, args: Args): void;
  decode(reader: XdrReader): Result;
}

export function encodeNothing(): void {
  // A procedure without arguments has an empty payload.
}

export function decodeNothing(): void {
  // So has an answer without results.
}

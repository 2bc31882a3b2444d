import { Readable } from "node:stream";
import { setImmediate as otherWork } from "node:timers/promises";
import { listWriter } from "@yagura/rest-model";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Format } from "./edge/negotiate.ts";
import type { PiecesAnswer } from "./route.ts";

/** Longer than any client needs that reads at all; one that does not read is cut off by the server's idle limit. */
const STREAM_MS_MAX = 600_000;

/** A list as it is written while it is read: the next piece is made when the client has taken the last one. */
export function streamPieces(
  answer: PiecesAnswer,
  format: Format,
  { log, stopping }: { readonly log: Log; readonly stopping: AbortSignal },
): Readable {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(STREAM_MS_MAX)]);
  async function* write(): AsyncGenerator<string> {
    const writer = listWriter(answer.type, format);
    try {
      for await (const piece of answer.pieces) {
        signal.throwIfAborted();
        yield writer.write(piece);
        // Other requests have their turn between two pieces, also while this client takes all at once.
        await otherWork();
      }
      yield writer.end();
    } catch (error) {
      log.error("a list was cut off", { type: answer.type, error: describeError(error) });
      throw error;
    }
  }
  return Readable.from(write());
}

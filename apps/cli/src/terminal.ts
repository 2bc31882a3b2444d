import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export interface Prompt {
  readonly question: string;
  /** What is typed is not shown. */
  readonly isSecret: boolean;
  /** Ctrl-C while the question stands. Nobody else hears it: the terminal then gives keys, not signals. */
  readonly interrupt: AbortController;
}

/** Asks on standard error, so that standard output holds results only. Rejects when it is interrupted. */
export async function askOnTerminal({ question, isSecret, interrupt }: Prompt): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isSecret ? nowhere : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // Only now: the terminal has stopped to show what is typed.
  if (isSecret) process.stderr.write(question);
  const onEnd = (): void => interrupt.abort(new Error("interrupted"));
  lines.once("SIGINT", onEnd);
  // Ctrl-D closes without an answer.
  lines.once("close", onEnd);
  try {
    return await lines.question(isSecret ? "" : question, { signal: interrupt.signal });
  } finally {
    lines.off("close", onEnd);
    lines.close();
    if (isSecret) process.stderr.write("\n");
  }
}

/** More than this is not a password. */
const STDIN_BYTES_MAX = 64 * 1024;

export async function readWholeStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > STDIN_BYTES_MAX) throw new Error(`standard input is longer than ${STDIN_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

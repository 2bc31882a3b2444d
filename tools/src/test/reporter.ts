// Writes what node:test says as JSON lines, one outcome a line, for run-tests.ts to count.
import { inspect } from "node:util";

export interface Outcome {
  readonly result: "passed" | "failed" | "skipped";
  readonly name: string;
  readonly file: string;
  readonly durationMs: number;
  /** Why it failed, or why it was skipped. */
  readonly reason?: string;
  /** It stands for all tests in it. */
  readonly isSuite?: boolean;
}

/** Marks our lines among whatever the tests themselves print. */
export const outcomeMark = "\u001eoutcome ";

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: { readonly type?: string; readonly duration_ms?: number; readonly error?: unknown };
  };
}

// node:test wants a reporter as the default export of its module.
// biome-ignore lint/style/noDefaultExport: see above
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    // A suite or a file that only holds tests is no test; one that failed or was skipped as a whole tells why.
    if (data.details?.type === "suite" && type === "test:pass" && !skipped) continue;
    const outcome: Outcome = {
      result: type === "test:fail" ? "failed" : skipped ? "skipped" : "passed",
      name: data.name ?? "?",
      file: data.file ?? "?",
      durationMs: data.details?.duration_ms ?? 0,
      ...(type === "test:fail" && { reason: explain(data.details?.error) }),
      ...(type === "test:pass" && skipped && { reason: String(data.skip) }),
      ...(data.details?.type === "suite" && { isSuite: true }),
    };
    yield `\n${outcomeMark}${JSON.stringify(outcome)}\n`;
  }
}

function explain(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return inspect(cause, { depth: 6 });
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { groupTests, type TestKind } from "./find-tests.ts";
import { type Outcome, outcomeMark } from "./reporter.ts";

/** Unit tests share a process, since starting one for each file would take most of the time. */
const flags: Readonly<Record<TestKind, readonly string[]>> = {
  unit: ["--test-isolation=none", "--test-timeout=120000"],
  sim: ["--test-timeout=300000"],
  real: ["--test-timeout=900000"],
};

/**
 * Runs the files of one kind in a child process and tells each outcome as it comes.
 * @returns all outcomes; a child that dies without a failed test counts as a failure of its own
 */
export async function runTests(
  root: string,
  kind: TestKind,
  files: readonly string[],
  onOutcome: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const group of groupTests(kind, files)) outcomes.push(...(await runGroup(root, kind, group, onOutcome)));
  return outcomes;
}

async function runGroup(
  root: string,
  kind: TestKind,
  { files, isSideBySide }: { readonly files: readonly string[]; readonly isSideBySide: boolean },
  onOutcome: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const reporter = join(import.meta.dirname, "reporter.ts");
  const concurrency = `--test-concurrency=${isSideBySide ? 2 : 1}`;
  const child = spawn(
    process.execPath,
    ["--test", ...flags[kind], concurrency, `--test-reporter=${reporter}`, ...files],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      // Inside node:test a further node:test would stay silent.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    },
  );
  const outcomes: Outcome[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith(outcomeMark)) continue;
    const outcome: Outcome = JSON.parse(line.slice(outcomeMark.length));
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once("exit", resolve)));
  if (code !== 0 && !outcomes.some(({ result }) => result === "failed")) {
    const reason = `the process of the ${kind} tests ended with ${code ?? child.signalCode}`;
    const outcome: Outcome = { result: "failed", name: `all ${kind} tests`, file: "", durationMs: 0, reason };
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  return outcomes;
}

// npm test [-- [--kind unit|sim|real] [WORD…]]: all tests, or those whose path contains a word.
// The last line is `N passed, N failed, N skipped`. A run of all tests is held against the record of which operations of the
// API are served (docs/rest-conformance.md); --record writes down what the tests that are run have seen.
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { formatDuration } from "@yagura/std/units.ts";
import { judgeRun, type Run } from "./conformance.ts";
import { asRun, collectProofs, readRecord, writeRecord } from "./conformance-files.ts";
import { findTests, type TestKind, testKinds } from "./find-tests.ts";
import type { Outcome } from "./reporter.ts";
import { runTests } from "./run-tests.ts";

const root = join(import.meta.dirname, "../../..");
const conformanceTest = "apps/manager/src/rest/conformance/conformance.test.ts";
const { values, positionals } = parseArgs({
  options: {
    kind: { type: "string" },
    all: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

if (values.help) {
  print(
    "npm test -- [--kind unit|sim|real] [--all] [--record] [WORD…]   runs all tests, or those whose path contains one of the words; --all: also those that take minutes each; --record: writes down which operations of the API they have proved",
  );
} else {
  await main();
}

async function main(): Promise<void> {
  if (values.all) process.env["YAGURA_TEST_ALL"] = "1";
  const kinds = testKinds.filter((kind) => values.kind === undefined || kind === values.kind);
  if (kinds.length === 0) return fail(`--kind wants one of ${testKinds.join(", ")}, not ${values.kind}`);
  const tests = await findTests(root, positionals);
  const outcomes: Outcome[] = [];
  await using proofs = await collectProofs();
  for (const kind of kinds) {
    if (tests[kind].length > 0) outcomes.push(...(await runKind(kind, tests[kind])));
  }
  if (outcomes.length === 0) return fail(`no test matches ${positionals.join(" ") || "here"}`);
  const run = asRun(root, outcomes, await proofs.read());
  if (values.record) await record(run);
  else if (kinds.length === testKinds.length && positionals.length === 0) await compare(run);
  summarize(outcomes);
}

/** Writes the record, and from it the page. */
async function record(run: Run): Promise<void> {
  if (run.outcomes.some(({ result }) => result === "failed")) return print("\nNothing is recorded: tests failed.");
  await writeRecord(root, run);
  process.env["UPDATE_GOLDEN"] = "1";
  await runKind("unit", [conformanceTest]);
}

/** What is recorded as served has to be seen in every whole run. */
async function compare(run: Run): Promise<void> {
  const known = await readRecord(root);
  const { lost, unseen, unrecorded } = judgeRun(known, run);
  for (const operation of lost) {
    print(
      `\n${operation} is recorded as served, but no test that saw its effect has passed (${known[operation]?.join("; ")}). ` +
        "If it moved or is no longer served, run `npm test -- --record WORD` for the files that changed.",
    );
  }
  if (lost.length > 0) process.exitCode = 1;
  if (unseen.length > 0) print(`\n${unseen.length} served operations were not seen: their tests are skipped here.`);
  if (unrecorded.length > 0) {
    print(`\nSeen and not recorded yet (npm test -- --record WORD): ${unrecorded.join(", ")}`);
  }
}

async function runKind(kind: TestKind, files: readonly string[]): Promise<readonly Outcome[]> {
  const begin = performance.now();
  print(`${kind}: ${files.length} files`);
  const outcomes = await runTests(root, kind, files, (outcome) => {
    if (outcome.result === "failed") print(`  FAILED  ${place(outcome)}\n${indent(outcome.reason ?? "")}`);
    else if (outcome.result === "skipped") print(`  skipped ${place(outcome)}: ${outcome.reason ?? ""}`);
    else if (kind === "real") print(`  passed  ${place(outcome)} (${formatDuration(outcome.durationMs)})`);
  });
  print(`${kind}: ${outcomes.length} tests in ${formatDuration(performance.now() - begin)}`);
  return outcomes;
}

function summarize(outcomes: readonly Outcome[]): void {
  const count = (result: Outcome["result"]): number => outcomes.filter((outcome) => outcome.result === result).length;
  const failed = outcomes.filter((outcome) => outcome.result === "failed");
  if (failed.length > 0) print(`\nFailed:\n${failed.map((outcome) => `  ${place(outcome)}`).join("\n")}`);
  print(`\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
  if (failed.length > 0) process.exitCode = 1;
}

function place(outcome: Outcome): string {
  return `${outcome.name} [${relative(root, outcome.file)}]`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "          ");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(reason: string): void {
  print(reason);
  process.exitCode = 2;
}

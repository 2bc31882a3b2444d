// Which operations of the API are served: what a run of the tests has seen, against what was recorded of earlier runs.
import type { Proof } from "@yagura/testing/proves.ts";
import type { Outcome } from "./reporter.ts";

/** `POST /vms/{}/start` -> the tests that saw its effect, as `FILE: NAME`; sorted both ways. */
export type ConformanceRecord = Readonly<Record<string, readonly string[]>>;

/** A run of tests; paths of files are relative to the repository. */
export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly proofs: readonly Proof[];
}

export interface Verdict {
  /** Operations that no test has seen the effect of, though all of theirs could have run. */
  readonly lost: readonly string[];
  /** Operations whose tests were skipped here. */
  readonly unseen: readonly string[];
  /** Operations that were seen now and are not in the record. */
  readonly unrecorded: readonly string[];
}

/** Compares a whole run with the record. Pure. */
export function judgeRun(record: ConformanceRecord, run: Run): Verdict {
  const seen = new Set(provedIn(run).map(({ operation }) => operation));
  const missing = Object.entries(record).filter(([operation]) => !seen.has(operation));
  const couldNotRun = ([, tests]: [string, readonly string[]]) => tests.some((each) => wasSkipped(each, run.outcomes));
  return {
    lost: missing.filter((each) => !couldNotRun(each)).map(([operation]) => operation),
    unseen: missing.filter(couldNotRun).map(([operation]) => operation),
    unrecorded: [...seen].filter((operation) => record[operation] === undefined).sort(),
  };
}

/** The record after a run of any tests: what it says of files that did not run, and of skipped tests, stays. Pure. */
export function renewRecord(record: ConformanceRecord, run: Run): ConformanceRecord {
  const ran = new Set(run.outcomes.map(({ file }) => file));
  const renewed = new Map<string, Set<string>>();
  const add = (operation: string, test: string): void => {
    renewed.set(operation, (renewed.get(operation) ?? new Set()).add(test));
  };
  for (const [operation, tests] of Object.entries(record)) {
    for (const test of tests) {
      if (!ran.has(fileOf(test)) || wasSkipped(test, run.outcomes)) add(operation, test);
    }
  }
  for (const proof of provedIn(run)) add(proof.operation, nameOf(proof));
  const sorted = [...renewed].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([operation, tests]) => [operation, [...tests].sort()]));
}

/** A test that called `skip` ended well too, and has seen nothing. */
function provedIn({ outcomes, proofs }: Run): readonly Proof[] {
  const passed = new Set(outcomes.filter(({ result }) => result === "passed").map(ofOutcome));
  return proofs.filter((proof) => passed.has(nameOf(proof)));
}

/** It, or the suite that it is in: of such a one the tests are not told. */
function wasSkipped(test: string, outcomes: readonly Outcome[]): boolean {
  const inFile = outcomes.filter(({ file }) => file === fileOf(test));
  const own = inFile.find((outcome) => ofOutcome(outcome) === test);
  if (own !== undefined) return own.result === "skipped";
  return inFile.some(({ result, isSuite }) => result === "skipped" && isSuite === true);
}

function ofOutcome({ file, name }: Outcome): string {
  return nameOf({ file, test: name });
}

function nameOf({ file, test }: Pick<Proof, "file" | "test">): string {
  return `${file}: ${test}`;
}

function fileOf(test: string): string {
  return test.slice(0, test.indexOf(": "));
}

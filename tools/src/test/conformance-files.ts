import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Proof, proofsVariable } from "@yagura/testing/proves.ts";
import { type ConformanceRecord, type Run, renewRecord } from "./conformance.ts";
import type { Outcome } from "./reporter.ts";

const recordPath = "specs/rest-model/conformance.json";

/** Collects what the tests prove that are run until `read` is called. */
export async function collectProofs(): Promise<AsyncDisposable & { read(): Promise<readonly Proof[]> }> {
  const directory = await mkdtemp(join(tmpdir(), "yagura-proofs-"));
  const file = join(directory, "proofs");
  process.env[proofsVariable] = file;
  return {
    async read() {
      const text = await readFile(file, "utf8").catch(() => "");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Proof => JSON.parse(line));
    },
    async [Symbol.asyncDispose]() {
      delete process.env[proofsVariable];
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What was recorded of earlier runs. */
export async function readRecord(root: string): Promise<ConformanceRecord> {
  return JSON.parse(await readFile(join(root, recordPath), "utf8"));
}

/** Writes down what these tests have proved. */
export async function writeRecord(root: string, run: Run): Promise<void> {
  const renewed = renewRecord(await readRecord(root), run);
  const lines = Object.entries(renewed).map(([operation, tests]) => {
    return `  ${JSON.stringify(operation)}: [\n${tests.map((test) => `    ${JSON.stringify(test)}`).join(",\n")}\n  ]`;
  });
  await writeFile(join(root, recordPath), `{\n${lines.join(",\n")}\n}\n`);
}

/** Outcomes as the record names them: files relative to the repository. */
export function asRun(root: string, outcomes: readonly Outcome[], proofs: readonly Proof[]): Run {
  return { outcomes: outcomes.map((each) => ({ ...each, file: relative(root, each.file) })), proofs };
}

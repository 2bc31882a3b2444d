// Which operations of the API a test has seen the effect of: what docs/rest-conformance.md stands on.
import { appendFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { TestContext } from "node:test";
import { listOperations } from "@yagura/rest-model";

/** `POST /vms/{}/start`: a verb, and a path of the model below the API's root with `{}` for each id. */
export type ProvedOperation = `${"GET" | "POST" | "PUT" | "DELETE"} /${string}`;

/** A line of the file of proofs. */
export interface Proof {
  readonly operation: string;
  /** Relative to the repository. */
  readonly file: string;
  readonly test: string;
}

/** Names the file that proofs are added to; `npm test` sets it. Without it nothing is written. */
export const proofsVariable = "YAGURA_PROOFS";

const root = resolve(import.meta.dirname, "../../..");
const known = new Set(listOperations().map(({ text }) => text));

/**
 * The function of a test that sees the effect of these operations: at a host, on storage, or, for what is inventory and
 * nothing else, in a document read anew. Only when it ends well do they count as proved.
 *
 * `test("a VM starts", proves(["POST /vms/{}/start"], async () => { … }))`
 * @throws Error at once for what v4 does not have
 */
export function proves(
  operations: readonly ProvedOperation[],
  work: (context: TestContext) => unknown,
): (context: TestContext) => Promise<void> {
  requireKnown(operations);
  return provesWhatItSees(async (context) => {
    await work(context);
    return operations;
  });
}

/** The function of a test that goes through many operations and says at its end which of them it has seen. */
export function provesWhatItSees(
  work: (context: TestContext) => Promise<readonly string[]>,
): (context: TestContext) => Promise<void> {
  return async (context) => {
    const operations = await work(context);
    requireKnown(operations);
    const file = process.env[proofsVariable];
    if (file === undefined) return;
    const at = { file: relative(root, context.filePath ?? ""), test: context.name };
    const proofs = operations.map((operation): Proof => ({ operation, ...at }));
    appendFileSync(file, proofs.map((proof) => `${JSON.stringify(proof)}\n`).join(""));
  };
}

function requireKnown(operations: readonly string[]): void {
  const unknown = operations.filter((each) => !known.has(each));
  if (unknown.length > 0) throw new Error(`v4 has no ${unknown.join(", ")}; ids in it are written {}`);
}

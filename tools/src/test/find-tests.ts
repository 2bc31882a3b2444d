import { glob } from "node:fs/promises";

/** `unit`: no world; `sim`: a database and simulated hosts; `real`: real daemons. Told apart by file name. */
export const testKinds = ["unit", "sim", "real"] as const;
export type TestKind = (typeof testKinds)[number];

export function kindOf(path: string): TestKind {
  if (path.endsWith(".real.test.ts")) return "real";
  return path.endsWith(".sim.test.ts") ? "sim" : "unit";
}

/**
 * Every test file below `root`, relative to it, by kind.
 * @param words keep the files whose path contains one of these; none of them keeps all
 */
export async function findTests(root: string, words: readonly string[]): Promise<Record<TestKind, string[]>> {
  const found: Record<TestKind, string[]> = { unit: [], sim: [], real: [] };
  const pattern = "{packages,apps,sims,lab,tools,test,bench}/**/*.test.ts";
  for await (const path of glob(pattern, { cwd: root, exclude: (name) => name === "node_modules" })) {
    if (words.length === 0 || words.some((word) => path.includes(word))) found[kindOf(path)].push(path);
  }
  for (const kind of testKinds) found[kind].sort();
  return found;
}

import { glob } from "node:fs/promises";

/** `unit`: no world; `sim`: a database and simulated hosts; `real`: real daemons. Told apart by file name. */
export const testKinds = ["unit", "sim", "real"] as const;
export type TestKind = (typeof testKinds)[number];

export function kindOf(path: string): TestKind {
  if (path.endsWith(".real.test.ts")) return "real";
  return path.endsWith(".sim.test.ts") ? "sim" : "unit";
}

/** Whole systems on hosts and a network of their own, where most of the time leases are waited for. */
const labs = ["test/src/spm/", "test/src/storage/"];

/**
 * What is run at once, one group after the other. Real tests mostly wait, two of them as well as one; but a whole system on this
 * machine's own network wants it for itself.
 */
export function groupTests(kind: TestKind, files: readonly string[]): { files: string[]; isSideBySide: boolean }[] {
  const isWholeSystem = (path: string): boolean =>
    kind === "real" && path.startsWith("test/") && !labs.some((lab) => path.startsWith(lab));
  const groups = [
    { files: files.filter((path) => !isWholeSystem(path)), isSideBySide: true },
    { files: files.filter(isWholeSystem), isSideBySide: false },
  ];
  return groups.filter((group) => group.files.length > 0);
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

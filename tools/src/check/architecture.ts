// Holds the imports of the code against architecture.json.
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { findCycles } from "./cycles.ts";

interface Architecture {
  /** Part → the parts it may import, besides itself. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  /** Folder → its members in order: each may import those before it, and itself. */
  readonly inside: Readonly<Record<string, readonly string[]>>;
  readonly testsMayAlsoImport: readonly string[];
}

export interface Import {
  readonly from: string;
  /** The imported file or package folder, relative to the repository; `undefined` for npm and Node modules. */
  readonly to: string;
}

/** Every import that goes against the arrows and every circle of files, also of types only; one line each. */
export async function findWrongImports(root: string): Promise<string[]> {
  const architecture: Architecture = JSON.parse(await readFile(join(root, "architecture.json"), "utf8"));
  const packages = await packageFolders(root, Object.keys(architecture.parts));
  const wrong: string[] = [];
  const graph = new Map<string, readonly string[]>();
  for await (const path of glob("{packages,apps,sims,lab,tools,test,bench}/**/*.ts", {
    cwd: root,
    exclude: (name) => name === "node_modules",
  })) {
    const text = await readFile(join(root, path), "utf8");
    const imports = importsOf(root, path, text, packages);
    graph.set(path, imports);
    for (const to of imports) wrong.push(...judgeImport(architecture, { from: path, to }));
  }
  const circles = findCycles(graph).map((files) => `these files import each other in a circle: ${files.join(", ")}`);
  return [...new Set(wrong), ...circles].sort();
}

/** Why this import is wrong, in one line, or nothing. Pure; exported for the test. */
export function judgeImport(architecture: Architecture, { from, to }: Import): string[] {
  const [fromPart, toPart] = [partOf(architecture, from), partOf(architecture, to)];
  if (fromPart === undefined) return [`${from}: belongs to no part of architecture.json`];
  if (toPart === undefined) return [`${from}: imports ${to}, which belongs to no part of architecture.json`];
  const isTest = /\.(test|fixture)\.ts$/.test(from) || /\/(test|testing)\//.test(from);
  if (fromPart !== toPart) {
    const allowed = architecture.parts[fromPart] ?? [];
    if (allowed.includes(toPart) || (isTest && architecture.testsMayAlsoImport.includes(toPart))) return [];
    return [`${from}: ${fromPart} may not import ${toPart}`];
  }
  return isTest ? [] : judgeInside(architecture, { from, to });
}

function judgeInside(architecture: Architecture, { from, to }: Import): string[] {
  for (const [folder, order] of Object.entries(architecture.inside)) {
    if (!from.startsWith(`${folder}/`) || !to.startsWith(`${folder}/`)) continue;
    const [fromAt, toAt] = [from, to].map((path) => order.indexOf(path.slice(folder.length + 1).split("/")[0] ?? ""));
    if (fromAt === undefined || toAt === undefined || fromAt < 0 || toAt < 0 || toAt <= fromAt) continue;
    return [`${from}: ${order[fromAt]} may not import ${order[toAt]} (order inside ${folder})`];
  }
  return [];
}

function partOf(architecture: Architecture, path: string): string | undefined {
  return Object.keys(architecture.parts).find((part) => path === part || path.startsWith(`${part}/`));
}

function importsOf(root: string, path: string, text: string, packages: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [, name = ""] of text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (name.startsWith(".")) found.push(relative(root, join(root, dirname(path), name)));
    const workspace = /^(@yagura\/[^/]+)/.exec(name)?.[1];
    if (workspace !== undefined) found.push(packages.get(workspace) ?? name);
  }
  return found;
}

async function packageFolders(root: string, parts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const entries = parts.map(async (part) => {
    const { name }: { name: string } = JSON.parse(await readFile(join(root, part, "package.json"), "utf8"));
    return [name, part] as const;
  });
  return new Map(await Promise.all(entries));
}

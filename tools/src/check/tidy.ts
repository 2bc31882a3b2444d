// A test of the repository's habits: calls we do not make, each with what to do instead and where it is allowed.
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Paths in which the call is right. */
  readonly allowed: RegExp;
}

const bans: readonly Ban[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)/,
    instead: "clock.nowMs()",
    allowed: /^packages\/std\/src\/clock\.ts$|^(tools|lab|bench|test)\/|\/testing\/|\.test\.ts$/,
  },
  {
    pattern: /\bperformance\.now\(/,
    instead: "clock.monotonicMs()",
    allowed: /^packages\/std\/src\/clock\.ts$|^(tools|lab|bench|test)\/|\.test\.ts$/,
  },
  { pattern: /\bMath\.random\(/, instead: "crypto, or randomness from world.ts", allowed: /\.test\.ts$/ },
  {
    pattern: /from "node:child_process"/,
    instead: "runProgram of @yagura/std, or a file below tools/ or root/",
    allowed:
      /^packages\/std\/src\/run-program\.ts$|\/(tools|root)\/|^(tools|lab|bench|test|sims)\/|\/(test|testing)\/|\.test\.ts$/,
  },
  { pattern: /\bshell:\s*true|\bexecSync\(/, instead: "runProgram, by argument list", allowed: /^$/ },
  { pattern: /\b(TODO|FIXME|XXX)\b(?!\(#\d+\))/, instead: "TODO(#issue)", allowed: /^tools\/src\/check\/tidy\.ts$/ },
];

const markdownTitle = /^# /gm;

/** Everything in the repository that breaks a habit, one line each, with what to do instead. */
export async function findUntidy(root: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob("{packages,apps,sims,lab,tools,test,bench}/**/*.ts", {
    cwd: root,
    exclude: isForeign,
  })) {
    found.push(...untidyLines(path, await readFile(join(root, path), "utf8")));
  }
  for await (const path of glob("{*.md,{packages,apps,sims,lab,docs}/**/*.md}", { cwd: root, exclude: isForeign })) {
    found.push(...(await untidyDocument(root, path)));
  }
  return found.sort();
}

/** The broken habits of one source file. Exported for the test. */
export function untidyLines(path: string, text: string): string[] {
  if (path.includes("/generated/")) return [];
  const found: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    for (const ban of bans) {
      if (ban.pattern.test(line) && !ban.allowed.test(path) && !line.trimStart().startsWith("*")) {
        found.push(`${path}:${index + 1}: ${line.trim().slice(0, 80)} — instead: ${ban.instead}`);
      }
    }
  }
  return found;
}

async function untidyDocument(root: string, path: string): Promise<string[]> {
  const text = (await readFile(join(root, path), "utf8")).replace(/^```[\s\S]*?^```/gm, "");
  const found: string[] = [];
  const titles = text.match(markdownTitle)?.length ?? 0;
  if (titles !== 1) found.push(`${path}: has ${titles} titles of the first level, wants one`);
  for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const there = await readFile(join(root, path, "..", target)).then(
      () => true,
      (error: unknown) => error instanceof Error && "code" in error && error.code === "EISDIR",
    );
    if (!there) found.push(`${path}: links to ${target}, which is not there`);
  }
  return found;
}

function isForeign(name: string): boolean {
  return name === "node_modules" || name === "fixtures";
}

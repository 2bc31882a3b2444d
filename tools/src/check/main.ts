// npm run check: everything that is quick to know about the code. All of it runs side by side; the failures come last.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { formatDuration } from "@yagura/std/units.ts";
import { findWrongImports } from "./architecture.ts";
import { findUntidy } from "./tidy.ts";

const root = join(import.meta.dirname, "../../..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);

/** What a check found wrong; empty when all is well. */
type Check = () => Promise<string>;

const checks: Readonly<Record<string, Check>> = {
  "format and lint": () => program(bin("biome"), ["check", "--error-on-warnings", "--max-diagnostics=40", "."]),
  types: () => program(bin("tsc"), ["--noEmit", "-p", "tsconfig.json"]),
  "types in use": () => program(bin("oxlint"), ["--type-aware", "--config", ".oxlintrc.json", "--quiet", "."]),
  architecture: async () => (await findWrongImports(root)).join("\n"),
  tidy: async () => (await findUntidy(root)).join("\n"),
  "unused code": () => program(bin("knip"), ["--no-progress", "--no-config-hints"]),
  "generated files": () => program(process.execPath, [join(root, "tools/src/gen/main.ts"), "--check"]),
};

const begin = performance.now();
const outcomes = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)));
const failed = outcomes.filter(({ wrong }) => wrong !== "");
for (const { name, wrong } of failed) process.stdout.write(`\n── ${name}\n${wrong}\n`);
process.stdout.write(
  `\n${outcomes.map(({ name, wrong, time }) => `${wrong === "" ? "ok  " : "FAIL"} ${name} (${time})`).join("\n")}\n`,
);
process.stdout.write(
  `check: ${failed.length === 0 ? "all well" : `${failed.length} of ${outcomes.length} failed`} in ${since(begin)}\n`,
);
if (failed.length > 0) process.exitCode = 1;

async function runCheck(name: string, check: Check): Promise<{ name: string; wrong: string; time: string }> {
  const start = performance.now();
  const wrong = await check().catch((error: unknown) => String(error));
  return { name, wrong: wrong.trim(), time: since(start) };
}

/** Runs a program and returns what it printed if it failed. */
function program(path: string, args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(path, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.once("error", reject);
  child.once("close", (code) => {
    const output = Buffer.concat(chunks).toString();
    resolve(code === 0 ? "" : output.trim() === "" ? `ended with ${code}` : output);
  });
  return promise;
}

function since(startMs: number): string {
  return formatDuration(performance.now() - startMs);
}

// All generated code: `npm run gen` writes it, `npm run gen -- --check` only says what is stale.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GeneratedFile } from "./generated-file.ts";
import { generators } from "./generators.ts";

const root = join(import.meta.dirname, "../../..");
const onlyCheck = process.argv.includes("--check");
const only = process.argv.slice(2).find((argument) => !argument.startsWith("--"));

const stale: string[] = [];
for (const [name, load] of Object.entries(generators)) {
  if (only !== undefined && only !== name) continue;
  const generate = await load();
  for (const file of await generate(root)) await settle(file);
}
if (stale.length > 0) {
  process.stdout.write(`${onlyCheck ? "stale" : "written"}: ${stale.join(", ")}\n`);
  if (onlyCheck) process.exitCode = 1;
}

async function settle(file: GeneratedFile): Promise<void> {
  const path = join(root, file.path);
  const present = await readFile(path, "utf8").catch(() => undefined);
  if (present === file.text) return;
  stale.push(file.path);
  if (onlyCheck) return;
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, file.text);
}

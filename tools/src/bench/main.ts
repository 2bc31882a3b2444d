// npm run bench -- NAME: a measurement beside its peer; a table, then one line `NAME metric=value …`.
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../../bench/src");
const benches = (await readdir(folder)).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || !benches.includes(name)) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of: ${benches.join(", ")}\n`);
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  const child = spawn(process.execPath, [join(folder, `${name}.ts`), ...rest], { stdio: "inherit" });
  child.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

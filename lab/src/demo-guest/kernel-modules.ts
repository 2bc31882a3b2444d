import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { runProgram } from "@yagura/std/run-program.ts";

export interface KernelModule {
  /** As the kernel calls it: underscores, no ending. */
  readonly name: string;
  readonly depends: readonly string[];
  readonly content: Uint8Array;
}

/** The wanted modules and all they need, each after what it depends on. Names that are built into the kernel are skipped. */
export function inLoadingOrder(
  wanted: readonly string[],
  available: ReadonlyMap<string, { readonly depends: readonly string[] }>,
): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    const found = available.get(name);
    if (found === undefined || order.includes(name)) return;
    for (const needed of found.depends) visit(needed);
    order.push(name);
  };
  for (const name of wanted) visit(name);
  return order;
}

/** Reads the wanted modules of an unpacked kernel package, with what they depend on, in loading order. */
export async function readKernelModules(root: string, wanted: readonly string[]): Promise<KernelModule[]> {
  const directory = await findModulesDirectory(root);
  const paths = new Map<string, string>();
  for (const file of await readdir(join(directory, "kernel"), { recursive: true })) {
    const name = /([^/]+)\.ko(\.xz|\.zst)?$/.exec(file)?.[1];
    if (name !== undefined) paths.set(name.replaceAll("-", "_"), join(directory, "kernel", file));
  }
  const loaded = new Map<string, KernelModule>();
  const load = async (name: string): Promise<void> => {
    const path = paths.get(name);
    if (path === undefined || loaded.has(name)) return;
    const content = await readModule(path);
    const depends = dependenciesOf(content);
    loaded.set(name, { name, depends, content });
    for (const needed of depends) await load(needed);
  };
  for (const name of wanted) await load(name);
  return inLoadingOrder(wanted, loaded).flatMap((name) => loaded.get(name) ?? []);
}

/** The names after `depends=` in the module's information section. */
export function dependenciesOf(content: Uint8Array): string[] {
  const text = Buffer.from(content).toString("latin1");
  const found = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
  return found
    .split(",")
    .filter((name) => name !== "")
    .map((name) => name.replaceAll("-", "_"));
}

async function findModulesDirectory(root: string): Promise<string> {
  for (const parent of ["lib/modules", "usr/lib/modules"]) {
    const versions = await readdir(join(root, parent)).catch(() => []);
    if (versions[0] !== undefined) return join(root, parent, versions[0]);
  }
  throw new Error(`no kernel modules below ${root}`);
}

/** Reads a module; one that is packed with xz is unpacked beside itself, in the tree that is ours. */
async function readModule(path: string): Promise<Uint8Array> {
  if (path.endsWith(".zst")) return zstdDecompressSync(await readFile(path));
  if (!path.endsWith(".xz")) return readFile(path);
  await runProgram("xz", ["--decompress", path]);
  return readFile(path.slice(0, -".xz".length));
}

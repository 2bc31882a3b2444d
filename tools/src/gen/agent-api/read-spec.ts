import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** `specs/agent-api` as it is written; its README explains the form. */
export interface AgentSpec {
  readonly namespaces: readonly NamespaceSpec[];
  readonly types: Readonly<Record<string, TypeSpec>>;
  readonly events: Readonly<Record<string, EventSpec>>;
  readonly errors: readonly ErrorSpec[];
  readonly hostMayCall: readonly string[];
}

export interface NamespaceSpec {
  readonly namespace: string;
  readonly verbs: Readonly<Record<string, VerbSpec>>;
}

export interface VerbSpec {
  readonly params: Readonly<Record<string, string>>;
  readonly result: string;
  readonly engine?: boolean;
  readonly deprecated?: boolean;
  readonly since?: string;
}

export type TypeSpec =
  | { readonly struct: Readonly<Record<string, string>>; readonly open?: boolean }
  | { readonly enum: readonly string[] }
  | { readonly numbers: Readonly<Record<string, number>> }
  | { readonly union: readonly string[] }
  | { readonly alias: string };

export interface EventSpec {
  readonly component: string;
  readonly operation?: string;
  readonly id: "uuid" | "no_id";
  /** The parameters are a map whose one key is the id. */
  readonly keyed?: boolean;
  readonly params: Readonly<Record<string, string>>;
}

export interface ErrorSpec {
  readonly code: number;
  readonly name: string;
  readonly area: string;
  readonly text: string;
  readonly when?: string;
  readonly alias?: boolean;
}

/** Reads the whole definition. `root` is the repository. */
export async function readAgentSpec(root: string): Promise<AgentSpec> {
  const folder = join(root, "specs/agent-api");
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(folder, path), "utf8"));
  const readAll = async (path: string): Promise<unknown[]> => {
    const names = (await readdir(join(folder, path))).filter((name) => name.endsWith(".json")).sort();
    return Promise.all(names.map((name) => read(join(path, name))));
  };
  const typeFiles = (await readAll("types")) as Record<string, TypeSpec>[];
  const access = (await read("access.json")) as { host: string[] };
  return {
    namespaces: (await readAll("verbs")) as NamespaceSpec[],
    types: mergeTypes(typeFiles),
    events: (await read("events.json")) as Record<string, EventSpec>,
    errors: (await read("errors.json")) as ErrorSpec[],
    hostMayCall: access.host,
  };
}

function mergeTypes(files: readonly Record<string, TypeSpec>[]): Record<string, TypeSpec> {
  const types: Record<string, TypeSpec> = {};
  for (const file of files) {
    for (const [name, type] of Object.entries(file)) {
      if (types[name] !== undefined) throw new Error(`specs/agent-api: the type ${name} is defined twice`);
      types[name] = type;
    }
  }
  return Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
}

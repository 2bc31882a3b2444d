import { oneLine } from "@yagura/std/one-line.ts";
import { plainValue } from "./plain-value.ts";
import { dateCell } from "./text.ts";

/** Every value of a document and where it stands, as `--set` takes it: `cpu.topology.cores`, `nics[0].name`. */
export function flatten(document: unknown): (readonly [string, string | number | boolean])[] {
  return below("", document);
}

function below(path: string, value: unknown): (readonly [string, string | number | boolean])[] {
  if (value === undefined || value === null) return [];
  if (value instanceof Date) return [[path, dateCell(value)]];
  if (Array.isArray(value)) return value.flatMap((item, at) => below(`${path}[${at}]`, item));
  if (typeof value === "object") {
    const { link: _links, actions: _actions, href: _href, ...members } = value as Record<string, unknown>;
    return Object.entries(members).flatMap(([name, member]) => below(path === "" ? name : `${path}.${name}`, member));
  }
  return [[path, typeof value === "number" || typeof value === "boolean" ? value : oneLine(String(value))]];
}

/** The value at such a path: of `cpu.topology.cores` the number, of a list all of them. */
export function valueAt(document: unknown, path: string): string | number | boolean | undefined {
  const found = path
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .reduce<unknown>(
      (value, part) => (isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined),
      document,
    );
  if (found instanceof Date) return dateCell(found);
  if (isObject(found)) return JSON.stringify(plainValue(found));
  return typeof found === "number" || typeof found === "boolean" || typeof found === "string" ? found : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** One type as written in `specs/agent-api`, taken apart. */
export type TypeExpression =
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "text"; readonly of: ScalarName }
  | { readonly kind: "list"; readonly of: TypeExpression }
  | { readonly kind: "map"; readonly key: "string" | "uuid" | "uint32"; readonly of: TypeExpression }
  | { readonly kind: "named"; readonly name: string };

const scalarNames = [
  "string",
  "bool",
  "uuid",
  "float",
  "any",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bytes",
  "kib",
  "mib",
  "seconds",
  "ms",
] as const;
export type ScalarName = (typeof scalarNames)[number];

/** Words that say too little to generate exact code from. */
const vague = new Set(["number", "int", "uint", "long", "object", "dict", "integer"]);

/** @throws Error when the text is not a type, is too vague, or names a type that `isKnown` does not know. */
export function parseType(text: string, isKnown: (name: string) => boolean): TypeExpression {
  const scalar = scalarNames.find((name) => name === text);
  if (scalar !== undefined) return { kind: "scalar", name: scalar };
  const inText = /^text<(\w+)>$/.exec(text)?.[1];
  if (inText !== undefined) {
    const of = scalarNames.find((name) => name === inText);
    if (of === undefined) throw new Error(`not a scalar: ${inText}`);
    return { kind: "text", of };
  }
  const inList = /^\[(.+)\]$/.exec(text)?.[1];
  if (inList !== undefined) return { kind: "list", of: parseType(inList, isKnown) };
  const [, key = "string", inMap] = /^\{(?:(\w+): )?(.+)\}$/.exec(text) ?? [];
  if (inMap !== undefined) return { kind: "map", key: mapKey(key), of: parseType(inMap, isKnown) };
  if (vague.has(text)) throw new Error(`"${text}" is too vague: say which width or unit`);
  if (!isKnown(text)) throw new Error(`unknown type "${text}"`);
  return { kind: "named", name: text };
}

function mapKey(key: string): "string" | "uuid" | "uint32" {
  if (key === "string" || key === "uuid" || key === "uint32") return key;
  throw new Error(`a map cannot have keys of type "${key}"`);
}

/** The type as TypeScript writes it; named types are assumed to be in scope. */
export function toTypeScript(type: TypeExpression): string {
  switch (type.kind) {
    case "scalar":
      return scalarToTypeScript(type.name);
    case "text":
      return "string";
    case "list":
      return `readonly ${type.of.kind === "list" ? `(${toTypeScript(type.of)})` : toTypeScript(type.of)}[]`;
    case "map":
      return `Readonly<Record<string, ${toTypeScript(type.of)}>>`;
    case "named":
      return type.name;
  }
}

function scalarToTypeScript(name: ScalarName): string {
  if (name === "bool") return "boolean";
  if (name === "string" || name === "uuid") return "string";
  return name === "any" ? "JsonValue" : "number";
}

/** The type as a value of `src/schema.ts`. */
export function toSchema(type: TypeExpression): string {
  switch (type.kind) {
    case "scalar":
      return `s.${type.name}`;
    case "text":
      return `s.text.${type.of}`;
    case "list":
      return `s.list(${toSchema(type.of)})`;
    case "map":
      return type.key === "string" ? `s.map(${toSchema(type.of)})` : `s.map(${toSchema(type.of)}, "${type.key}")`;
    case "named":
      return `s.named("${type.name}")`;
  }
}

/** What a reader must know beyond the TypeScript type: unit or width; empty when there is nothing. */
export function unitOf(type: TypeExpression): string {
  if (type.kind === "text") return `text that holds ${type.of}`;
  if (type.kind !== "scalar") return "";
  return ["string", "bool", "any", "float"].includes(type.name) ? "" : type.name;
}

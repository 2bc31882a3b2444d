import { BadDocument } from "./bad-document.ts";
import { codecOf, type MemberCodec, type ValueKind } from "./codec.ts";
import type { RestTypeName, RestTypes } from "./generated/types.ts";
import { defaultLimits, type ReadOptions } from "./limits.ts";
import { quote, readScalarText, readWord } from "./read-values.ts";
import { scalarRules } from "./scalars.ts";
import { textOf } from "./xml-tree.ts";

/**
 * Reads one document, or with `collection` a list of them, in JSON. Members that the type does not have, and nulls,
 * are ignored. Numbers and booleans may be given as such or as strings.
 * @throws BadDocument naming the place when it is not JSON or a value is of another kind.
 */
export function readJson<K extends RestTypeName>(
  type: K,
  source: string | Uint8Array,
  options?: ReadOptions & { readonly collection?: false },
): RestTypes[K];
export function readJson<K extends RestTypeName>(
  type: K,
  source: string | Uint8Array,
  options: ReadOptions & { readonly collection: true },
): readonly RestTypes[K][];
export function readJson(
  type: RestTypeName,
  source: string | Uint8Array,
  options: ReadOptions & { readonly collection?: boolean } = {},
): unknown {
  const { tag } = codecOf(type);
  const parsed = parse(textOf(source, options.bytesMax ?? defaultLimits.bytesMax));
  const root = { json: parsed, path: tag, depth: 0 };
  if (options.collection !== true) return readStruct(type, root, options);
  return readItems({ of: "struct", type }, tag, root, options);
}

/** A value in the document, where it stands, and how deep. */
interface Place {
  readonly json: unknown;
  readonly path: string;
  readonly depth: number;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadDocument("", "not JSON", { cause });
  }
}

function readStruct(type: RestTypeName, place: Place, options: ReadOptions): Record<string, unknown> {
  const object = objectAt(place, options);
  const value: Record<string, unknown> = {};
  for (const member of codecOf(type).members) {
    if (!Object.hasOwn(object, member.tag)) continue;
    const json = object[member.tag];
    if (json === null || json === undefined) continue;
    const content = readMember(member, { json, path: `${place.path}.${member.name}`, depth: place.depth + 1 }, options);
    if (content !== undefined) value[member.name] = content;
  }
  return value;
}

function readMember(member: MemberCodec, place: Place, options: ReadOptions): unknown {
  switch (member.place) {
    case "list":
      return readItems(member.kind, member.itemTag, place, options);
    case "repeated":
      return readArray(member.kind, place, options);
    case "attribute":
    case "element":
      return readValue(member.kind, place, options);
  }
}

/** `{"nic":[…]}`; an empty list is `{}`. */
function readItems(kind: ValueKind, itemTag: string, place: Place, options: ReadOptions): unknown[] {
  const object = objectAt(place, options);
  const json = Object.hasOwn(object, itemTag) ? object[itemTag] : undefined;
  return json === null || json === undefined ? [] : readArray(kind, { ...place, json }, options);
}

/** A list; converters from XML give a single item without the brackets. */
function readArray(kind: ValueKind, { json, path, depth }: Place, options: ReadOptions): unknown[] {
  const items: readonly unknown[] = Array.isArray(json) ? json : [json];
  return items
    .map((item, at) => readValue(kind, { json: item, path: `${path}[${at}]`, depth: depth + 1 }, options))
    .filter((item) => item !== undefined);
}

function readValue(kind: ValueKind, place: Place, options: ReadOptions): unknown {
  if (kind.of === "struct") return readStruct(kind.type, place, options);
  const { json, path } = place;
  if (kind.of === "enum") {
    if (typeof json !== "string") throw new BadDocument(path, `expected one of ${kind.words.join(", ")}`);
    return readWord(kind.words, json, path, options);
  }
  if (typeof json === "string") return readScalarText(kind.scalar, json, path);
  const { fromJson, noun } = scalarRules[kind.scalar];
  const value = typeof json === "number" || typeof json === "boolean" ? fromJson(json) : undefined;
  if (value === undefined) throw new BadDocument(path, `expected ${noun}, found ${describe(json)}`);
  return value;
}

function objectAt({ json, path, depth }: Place, options: ReadOptions): Record<string, unknown> {
  const depthMax = options.depthMax ?? defaultLimits.depthMax;
  if (depth > depthMax) throw new BadDocument("", `objects are nested deeper than ${depthMax}`);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new BadDocument(path, `expected an object, found ${describe(json)}`);
  }
  return json as Record<string, unknown>;
}

function describe(json: unknown): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "a list";
  if (typeof json === "object") return "an object";
  return typeof json === "string" ? quote(json) : `the ${typeof json} ${String(json)}`;
}

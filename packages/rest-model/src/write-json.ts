import { codecOf, type MemberCodec, type ValueKind } from "./codec.ts";
import type { RestTypeName, RestTypes } from "./generated/types.ts";
import { type Scalar, scalarRules } from "./scalars.ts";

type Struct = Readonly<Record<string, unknown>>;

/** One document, or with `collection` a list of them, in JSON as v4 has it. Members that are `undefined` are left out. */
export function writeJson<K extends RestTypeName>(
  type: K,
  value: RestTypes[K],
  options?: { readonly collection?: false },
): string;
export function writeJson<K extends RestTypeName>(
  type: K,
  values: readonly RestTypes[K][],
  options: { readonly collection: true },
): string;
export function writeJson(type: RestTypeName, value: unknown, options: { readonly collection?: boolean } = {}): string {
  const kind: ValueKind = { of: "struct", type };
  const json =
    options.collection === true
      ? listToJson(codecOf(type).tag, kind, value as readonly unknown[])
      : structToJson(type, value as Struct);
  return JSON.stringify(json, undefined, 2);
}

/** The parts of a list in JSON as it is written: before, each item with what is between two, and after. Of a list with something in it. */
export function jsonListParts(type: RestTypeName) {
  const { tag } = codecOf(type);
  return {
    begin: `{\n  ${JSON.stringify(tag)}: [\n    `,
    between: ",\n    ",
    items(values: readonly object[]): string {
      const texts = values.map((value) => JSON.stringify(structToJson(type, value as Struct), undefined, 2));
      return texts.map((text) => text.replaceAll("\n", "\n    ")).join(",\n    ");
    },
    end: "\n  ]\n}",
    empty: "{}",
  };
}

function structToJson(type: RestTypeName, value: Struct): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const member of codecOf(type).members) {
    const content = value[member.name];
    if (content === undefined || content === null) continue;
    // A list without a wrapper cannot be there and empty in XML; so it is not in JSON either.
    if (member.place === "repeated" && (content as readonly unknown[]).length === 0) continue;
    json[member.tag] = memberToJson(member, content);
  }
  return json;
}

function memberToJson(member: MemberCodec, content: unknown): unknown {
  switch (member.place) {
    case "list":
      return listToJson(member.itemTag, member.kind, content as readonly unknown[]);
    case "repeated":
      return (content as readonly unknown[]).map((item) => valueToJson(member.kind, item));
    case "attribute":
    case "element":
      return valueToJson(member.kind, content);
  }
}

/** Under the singular name: `{"nic":[…]}`; an empty list is `{}`. */
function listToJson(itemTag: string, kind: ValueKind, items: readonly unknown[]): Record<string, unknown> {
  return items.length === 0 ? {} : { [itemTag]: items.map((item) => valueToJson(kind, item)) };
}

function valueToJson(kind: ValueKind, value: unknown): unknown {
  if (kind.of === "struct") return structToJson(kind.type, value as Struct);
  return kind.of === "scalar" ? scalarRules[kind.scalar].toJson(value as Scalar) : String(value);
}

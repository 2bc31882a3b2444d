import { codecOf, type MemberCodec, type ValueKind } from "./codec.ts";
import type { RestTypeName, RestTypes } from "./generated/types.ts";
import { type Scalar, scalarRules } from "./scalars.ts";
import { escapeAttribute, escapeText } from "./xml-text.ts";

const header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

type Struct = Readonly<Record<string, unknown>>;

/** One document, or with `collection` a list of them, in XML. Members that are `undefined` are left out. */
export function writeXml<K extends RestTypeName>(
  type: K,
  value: RestTypes[K],
  options?: { readonly collection?: false },
): string;
export function writeXml<K extends RestTypeName>(
  type: K,
  values: readonly RestTypes[K][],
  options: { readonly collection: true },
): string;
export function writeXml(type: RestTypeName, value: unknown, options: { readonly collection?: boolean } = {}): string {
  const { tag, collectionTag } = codecOf(type);
  const out: string[] = [header];
  if (options.collection === true) {
    writeList(out, collectionTag, tag, { of: "struct", type }, value as readonly unknown[], "");
  } else {
    writeStruct(out, tag, type, value as Struct, "");
  }
  return out.join("");
}

/** The parts of a list in XML as it is written: before, each piece of items, and after. Of a list with something in it. */
export function xmlListParts(type: RestTypeName) {
  const { tag, collectionTag } = codecOf(type);
  return {
    begin: `${header}<${collectionTag}>\n`,
    items(values: readonly object[]): string {
      const out: string[] = [];
      for (const value of values) writeStruct(out, tag, type, value as Struct, "    ");
      return out.join("");
    },
    end: `</${collectionTag}>\n`,
    empty: `${header}<${collectionTag}/>\n`,
  };
}

function writeStruct(out: string[], tag: string, type: RestTypeName, value: Struct, indent: string): void {
  const { members } = codecOf(type);
  out.push(indent, "<", tag);
  let isEmpty = true;
  for (const member of members) {
    const content = value[member.name];
    if (content === undefined || content === null) continue;
    if (member.place === "attribute")
      out.push(" ", member.tag, '="', escapeAttribute(scalarText(member.kind, content)), '"');
    else isEmpty = false;
  }
  if (isEmpty) {
    out.push("/>\n");
    return;
  }
  out.push(">\n");
  for (const member of members) {
    const content = value[member.name];
    if (content === undefined || content === null || member.place === "attribute") continue;
    writeMember(out, member, content, `${indent}    `);
  }
  out.push(indent, "</", tag, ">\n");
}

function writeMember(out: string[], member: MemberCodec, content: unknown, indent: string): void {
  const { tag, itemTag, kind } = member;
  switch (member.place) {
    case "list":
      writeList(out, tag, itemTag, kind, content as readonly unknown[], indent);
      return;
    case "repeated":
      for (const item of content as readonly unknown[]) writeValue(out, tag, kind, item, indent);
      return;
    case "attribute":
    case "element":
      writeValue(out, tag, kind, content, indent);
  }
}

function writeList(
  out: string[],
  tag: string,
  itemTag: string,
  kind: ValueKind,
  items: readonly unknown[],
  indent: string,
): void {
  if (items.length === 0) {
    out.push(indent, "<", tag, "/>\n");
    return;
  }
  out.push(indent, "<", tag, ">\n");
  for (const item of items) writeValue(out, itemTag, kind, item, `${indent}    `);
  out.push(indent, "</", tag, ">\n");
}

function writeValue(out: string[], tag: string, kind: ValueKind, value: unknown, indent: string): void {
  if (kind.of === "struct") writeStruct(out, tag, kind.type, value as Struct, indent);
  else out.push(indent, "<", tag, ">", escapeText(scalarText(kind, value)), "</", tag, ">\n");
}

function scalarText(kind: ValueKind, value: unknown): string {
  return kind.of === "scalar" ? scalarRules[kind.scalar].toText(value as Scalar) : String(value);
}

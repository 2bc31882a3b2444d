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
  if (options.collection !== true) return header + structText(tag, type, value as Struct, "");
  return header + listText(collectionTag, tag, { of: "struct", type }, value as readonly unknown[], "");
}

/** The parts of a list in XML as it is written: before, each piece of items, and after. Of a list with something in it. */
export function xmlListParts(type: RestTypeName) {
  const { tag, collectionTag } = codecOf(type);
  return {
    begin: `${header}<${collectionTag}>\n`,
    items(values: readonly object[]): string {
      let text = "";
      for (const value of values) text += structText(tag, type, value as Struct, "    ");
      return text;
    },
    end: `</${collectionTag}>\n`,
    empty: `${header}<${collectionTag}/>\n`,
  };
}

// Texts are put together with `+`: engines keep them as trees and write them out once, which no array of pieces matches.

function structText(tag: string, type: RestTypeName, value: Struct, indent: string): string {
  const inner = `${indent}    `;
  let [attributes, inside, isEmpty] = ["", "", true];
  for (const member of codecOf(type).members) {
    const content = value[member.name];
    if (content === undefined || content === null) continue;
    if (member.place === "attribute") {
      attributes += ` ${member.tag}="${escapeAttribute(scalarText(member.kind, content))}"`;
    } else {
      inside += memberText(member, content, inner);
      isEmpty = false;
    }
  }
  const start = `${indent}<${tag}${attributes}`;
  return isEmpty ? `${start}/>\n` : `${start}>\n${inside}${indent}</${tag}>\n`;
}

function memberText(member: MemberCodec, content: unknown, indent: string): string {
  const { tag, itemTag, kind } = member;
  switch (member.place) {
    case "list":
      return listText(tag, itemTag, kind, content as readonly unknown[], indent);
    case "repeated": {
      let text = "";
      for (const item of content as readonly unknown[]) text += valueText(tag, kind, item, indent);
      return text;
    }
    case "attribute":
    case "element":
      return valueText(tag, kind, content, indent);
  }
}

function listText(tag: string, itemTag: string, kind: ValueKind, items: readonly unknown[], indent: string): string {
  if (items.length === 0) return `${indent}<${tag}/>\n`;
  const inner = `${indent}    `;
  let inside = "";
  for (const item of items) inside += valueText(itemTag, kind, item, inner);
  return `${indent}<${tag}>\n${inside}${indent}</${tag}>\n`;
}

function valueText(tag: string, kind: ValueKind, value: unknown, indent: string): string {
  if (kind.of === "struct") return structText(tag, kind.type, value as Struct, indent);
  return `${indent}<${tag}>${escapeText(scalarText(kind, value))}</${tag}>\n`;
}

function scalarText(kind: ValueKind, value: unknown): string {
  return kind.of === "scalar" ? scalarRules[kind.scalar].toText(value as Scalar) : String(value);
}

import { BadDocument } from "./bad-document.ts";
import { codecOf, type MemberCodec, type ValueKind } from "./codec.ts";
import type { RestTypeName, RestTypes } from "./generated/types.ts";
import type { ReadOptions } from "./limits.ts";
import { readScalarText, readWord } from "./read-values.ts";
import { readXmlTree, type XmlNode } from "./xml-tree.ts";

/**
 * Reads one document, or with `collection` a list of them, in XML. Members that the type does not have are ignored.
 * @throws BadDocument naming the place when it is not well-formed, has another root, or a value of another kind.
 */
export function readXml<K extends RestTypeName>(
  type: K,
  source: string | Uint8Array,
  options?: ReadOptions & { readonly collection?: false },
): RestTypes[K];
export function readXml<K extends RestTypeName>(
  type: K,
  source: string | Uint8Array,
  options: ReadOptions & { readonly collection: true },
): readonly RestTypes[K][];
export function readXml(
  type: RestTypeName,
  source: string | Uint8Array,
  options: ReadOptions & { readonly collection?: boolean } = {},
): unknown {
  const { tag, collectionTag } = codecOf(type);
  const root = readXmlTree(source, options);
  const expected = options.collection === true ? collectionTag : tag;
  if (root.tag !== expected) throw new BadDocument("", `expected <${expected}>, found <${root.tag}>`);
  if (options.collection !== true) return readStruct(type, root, tag, options);
  return root.children
    .filter((child) => child.tag === tag)
    .map((child, at) => readStruct(type, child, `${tag}[${at}]`, options));
}

function readStruct(type: RestTypeName, node: XmlNode, path: string, options: ReadOptions): Record<string, unknown> {
  const codec = codecOf(type);
  const value: Record<string, unknown> = {};
  for (const member of codec.members) {
    const text = member.place === "attribute" ? node.attributes[member.tag] : undefined;
    if (text !== undefined) put(value, member, readText(member.kind, text, `${path}.${member.name}`, options));
  }
  for (const child of node.children) {
    const member = codec.byTag.get(child.tag);
    if (member === undefined || member.place === "attribute") continue;
    readMember(value, member, child, path, options);
  }
  return value;
}

function readMember(
  value: Record<string, unknown>,
  member: MemberCodec,
  node: XmlNode,
  path: string,
  options: ReadOptions,
): void {
  const where = `${path}.${member.name}`;
  switch (member.place) {
    case "repeated": {
      const before = (value[member.name] ?? []) as unknown[];
      put(value, member, [...before, readValue(member.kind, node, where, options)]);
      return;
    }
    case "list":
      put(value, member, readItems(member, node, where, options));
      return;
    case "attribute":
    case "element":
      put(value, member, readValue(member.kind, node, where, options));
  }
}

function readItems(member: MemberCodec, node: XmlNode, path: string, options: ReadOptions): unknown[] {
  return node.children
    .filter((child) => child.tag === member.itemTag)
    .map((child, at) => readValue(member.kind, child, `${path}[${at}]`, options))
    .filter((item) => item !== undefined);
}

function readValue(kind: ValueKind, node: XmlNode, path: string, options: ReadOptions): unknown {
  if (kind.of === "struct") return readStruct(kind.type, node, path, options);
  if (node.children.length > 0) throw new BadDocument(path, `expected text, found <${node.children[0]?.tag}>`);
  return readText(kind, node.text, path, options);
}

function readText(kind: ValueKind, text: string, path: string, options: ReadOptions): unknown {
  if (kind.of === "scalar") return readScalarText(kind.scalar, text, path);
  if (kind.of === "enum") return readWord(kind.words, text, path, options);
  throw new BadDocument(path, "expected elements, found an attribute");
}

function put(value: Record<string, unknown>, member: MemberCodec, content: unknown): void {
  if (content !== undefined) value[member.name] = content;
}

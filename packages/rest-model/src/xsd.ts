// The XML of the API as an XML Schema, made from the tables that the codecs use.
import { codecOf, type MemberCodec, type ValueKind } from "./codec.ts";
import { identifiedTypes } from "./generated/services.ts";
import { enums, structs } from "./generated/structs.ts";
import type { RestTypeName } from "./generated/types.ts";
import type { ScalarKind } from "./scalars.ts";

const scalars: Readonly<Record<ScalarKind, string>> = {
  string: "xs:string",
  boolean: "xs:boolean",
  int32: "xs:int",
  uint32: "xs:unsignedInt",
  int64: "xs:long",
  // A decimal may be written with an exponent, which xs:decimal has not.
  decimal: "xs:double",
  date: "xs:dateTime",
};

/** Documents that have no id. */
const plainDocuments: readonly RestTypeName[] = ["action", "api", "fault"];

/**
 * The schema of `GET /api?schema`. Members may stand in any order and all of them may be missing, as in requests; each document
 * that the API writes or reads is valid by it.
 */
export function writeXsd(): string {
  const names = Object.keys(structs) as RestTypeName[];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<xs:schema version="1.0" xmlns:xs="http://www.w3.org/2001/XMLSchema">',
    ...documents().map(([tag, type]) => `  <xs:element name="${tag}" type="${type}"/>`),
    ...Object.entries(enums).map(([name, words]) => enumType(name, words)),
    ...names.map(structType),
    ...names.map(listType),
    "</xs:schema>",
    "",
  ].join("\n");
}

/** What can be the root of a document; of two with one tag the first. */
function documents(): readonly (readonly [tag: string, type: string])[] {
  const found = new Map<string, string>();
  for (const name of [...plainDocuments, ...identifiedTypes]) {
    const { tag, collectionTag } = codecOf(name);
    if (!found.has(tag)) found.set(tag, typeName(name));
    if (!found.has(collectionTag)) found.set(collectionTag, listName(name));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function structType(name: RestTypeName): string {
  const { members } = codecOf(name);
  const elements = members.filter(({ place }) => place !== "attribute").map(elementOf);
  const attributes = members.filter(({ place }) => place === "attribute").map(attributeOf);
  return [
    `  <xs:complexType name="${typeName(name)}">`,
    ...anyOrder(elements),
    ...attributes,
    "  </xs:complexType>",
  ].join("\n");
}

/** A list as a document of its own. */
function listType(name: RestTypeName): string {
  const item = `      <xs:element name="${codecOf(name).tag}" type="${typeName(name)}"/>`;
  return [`  <xs:complexType name="${listName(name)}">`, ...anyOrder([item]), "  </xs:complexType>"].join("\n");
}

function enumType(name: string, words: readonly string[]): string {
  const values = words.map((word) => `      <xs:enumeration value="${word}"/>`);
  return [
    `  <xs:simpleType name="${typeName(name)}">`,
    '    <xs:restriction base="xs:string">',
    ...values,
    "    </xs:restriction>",
    "  </xs:simpleType>",
  ].join("\n");
}

function anyOrder(elements: readonly string[]): readonly string[] {
  if (elements.length === 0) return [];
  return ['    <xs:choice minOccurs="0" maxOccurs="unbounded">', ...elements, "    </xs:choice>"];
}

function elementOf({ tag, itemTag, kind, place }: MemberCodec): string {
  if (place !== "list") return `      <xs:element name="${tag}" type="${kindName(kind)}"/>`;
  return [
    `      <xs:element name="${tag}">`,
    "        <xs:complexType>",
    '          <xs:sequence minOccurs="0" maxOccurs="unbounded">',
    `            <xs:element name="${itemTag}" type="${kindName(kind)}"/>`,
    "          </xs:sequence>",
    "        </xs:complexType>",
    "      </xs:element>",
  ].join("\n");
}

function attributeOf({ tag, kind }: MemberCodec): string {
  return `    <xs:attribute name="${tag}" type="${kindName(kind)}"/>`;
}

const enumNames = new Map(Object.entries(enums).map(([name, words]) => [words, name]));

function kindName(kind: ValueKind): string {
  switch (kind.of) {
    case "scalar":
      return scalars[kind.scalar];
    case "enum":
      return typeName(enumNames.get(kind.words) ?? "");
    case "struct":
      return typeName(kind.type);
  }
}

/** `disk_attachment`: `DiskAttachment` */
function typeName(name: string): string {
  return name.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

function listName(name: RestTypeName): string {
  return `ListOf${typeName(name)}`;
}

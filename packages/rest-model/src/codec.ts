import { collectionTags, enums, scalarItemTags, structs, tagExceptions } from "./generated/structs.ts";
import type { RestTypeName } from "./generated/types.ts";
import { type ScalarKind, scalarRules } from "./scalars.ts";

/** What a value is, once lists are taken off. */
export type ValueKind =
  | { readonly of: "scalar"; readonly scalar: ScalarKind }
  | { readonly of: "enum"; readonly words: readonly string[] }
  | { readonly of: "struct"; readonly type: RestTypeName };

/** How one member of a struct stands in a document. */
export interface MemberCodec {
  readonly name: string;
  readonly tag: string;
  readonly kind: ValueKind;
  /**
   * `attribute`: of the start tag. `element`: inside it. `list`: wrapped, `<nics><nic/>…</nics>`, `"nics":{"nic":[…]}`.
   * `repeated`: bare, only `link`.
   */
  readonly place: "attribute" | "element" | "list" | "repeated";
  /** The tag of one item of a list. */
  readonly itemTag: string;
}

export interface StructCodec {
  readonly type: RestTypeName;
  readonly tag: string;
  readonly collectionTag: string;
  readonly members: readonly MemberCodec[];
  readonly byTag: ReadonlyMap<string, MemberCodec>;
}

const compiled = new Map<RestTypeName, StructCodec>();

/** The codec of a type, made from the tables when it is first used. */
export function codecOf(type: RestTypeName): StructCodec {
  let codec = compiled.get(type);
  if (codec === undefined) {
    codec = compile(type);
    compiled.set(type, codec);
  }
  return codec;
}

export function isRestType(name: string): name is RestTypeName {
  return Object.hasOwn(structs, name);
}

function compile(type: RestTypeName): StructCodec {
  const members = Object.entries(structs[type]).map(([name, of]) => memberCodec(type, name, of));
  return {
    type,
    tag: tagOf(type),
    collectionTag: collectionTags[type],
    members,
    byTag: new Map(members.map((member) => [member.tag, member])),
  };
}

/** The only members that are attributes in XML; everything else is nested (rest-api 1.2). */
const attributeNames = ["id", "href", "rel"];

function memberCodec(owner: RestTypeName, name: string, text: string): MemberCodec {
  const isList = text.endsWith("[]");
  const of = isList ? text.slice(0, -2) : text;
  const kind = kindOf(of);
  const itemTag = kind.of === "struct" ? tagOf(kind.type) : (scalarItemTags[name] ?? name);
  return { name, tag: tagOf(name), kind, place: placeOf(owner, name, isList), itemTag };
}

function placeOf(owner: RestTypeName, name: string, isList: boolean): MemberCodec["place"] {
  if (isList) return name === "link" && owner !== "link" ? "repeated" : "list";
  return attributeNames.includes(name) ? "attribute" : "element";
}

function kindOf(of: string): ValueKind {
  if (Object.hasOwn(scalarRules, of)) return { of: "scalar", scalar: of as ScalarKind };
  const words = enums[of];
  if (words !== undefined) return { of: "enum", words };
  return { of: "struct", type: of as RestTypeName };
}

function tagOf(name: string): string {
  return Object.hasOwn(tagExceptions, name) ? (tagExceptions[name] ?? name) : name;
}

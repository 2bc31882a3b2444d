import { isEnum, type ModelSpec, type StructSpec } from "./spec.ts";

/** One member of a struct as it stands in a document. */
export interface Member {
  readonly name: string;
  /** Name of a scalar, an enum or a struct; "nic[]" for a list. */
  readonly type: string;
}

/** Every identified thing, and the root of the API, has these in front of its own members. */
const identity: readonly Member[] = [
  { name: "id", type: "string" },
  { name: "href", type: "string" },
  { name: "actions", type: "link[]" },
  { name: "name", type: "string" },
  { name: "description", type: "string" },
  { name: "comment", type: "string" },
  { name: "creation_status", type: "creation_status" },
  { name: "link", type: "link[]" },
];

/** The one type that has links without being identified. */
const rootOfTheApi = "api";

export function structsOf(model: ModelSpec): [string, StructSpec][] {
  return [...model.types]
    .flatMap(([name, type]) => (isEnum(type) ? [] : [[name, type] as [string, StructSpec]]))
    .sort(byName);
}

/** The struct and what it extends, farthest ancestor first. */
export function lineage(model: ModelSpec, name: string): StructSpec[] {
  const type = model.types.get(name);
  if (type === undefined || isEnum(type)) return [];
  return [...(type.extends === undefined ? [] : lineage(model, type.extends)), type];
}

export function isIdentified(model: ModelSpec, name: string): boolean {
  return lineage(model, name).some((type) => type.identified === true);
}

/** Members declared by this struct itself, in alphabetical order, attributes before references. */
export function ownMembers(name: string, type: StructSpec): Member[] {
  const sorted = (members: Readonly<Record<string, string>> = {}): Member[] =>
    Object.entries(members)
      .sort(byName)
      .map(([member, of]) => ({ name: member, type: of }));
  return [
    ...(type.identified === true ? identity : []),
    ...(name === rootOfTheApi ? identity.filter((member) => member.name === "link") : []),
    ...sorted(type.attributes),
    ...sorted(type.references),
  ];
}

/** All members in the order in which they are written: attributes before references, ancestors first. */
export function allMembers(model: ModelSpec, name: string): Member[] {
  const line = lineage(model, name);
  const only = (part: StructSpec): Member[] => ownMembers(name, part);
  return [
    ...line.flatMap((part) => only({ ...part, references: {} })),
    ...line.flatMap((part) => ownMembers("", { references: part.references ?? {} })),
  ];
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

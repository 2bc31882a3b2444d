/** A type of the model: a struct or a list of allowed words. */
export type TypeSpec = EnumSpec | StructSpec;

export interface EnumSpec {
  readonly values: readonly string[];
}

export interface StructSpec {
  /** Has id, name, description, comment, href, links and actions; may be the root of a document. */
  readonly identified?: boolean;
  readonly extends?: string;
  /** Members that are part of the thing itself: name -> type. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Members that are other things, given as references, or inline when a client follows them. */
  readonly references?: Readonly<Record<string, string>>;
}

export type Parameters = Readonly<Record<string, string>>;

export const operationNames = ["list", "get", "add", "update", "remove"] as const;
export type OperationName = (typeof operationNames)[number];

/** What can be done at one place below the root. */
export interface ServiceSpec {
  /** The type of the documents it speaks. */
  readonly type?: string;
  /** The service of one item, reached by its id. */
  readonly item?: string;
  /** Query parameters of the operations it has. */
  readonly operations?: Readonly<Partial<Record<OperationName, Parameters>>>;
  /** POST `…/name`; the parameters are members of the `<action>` in its body or its answer. */
  readonly actions?: Readonly<Record<string, Parameters>>;
  /** Name of the path -> service below it. */
  readonly children?: Readonly<Record<string, string>>;
}

export interface NamesSpec {
  /** Tags that are not the name of what they carry. */
  readonly tags: Readonly<Record<string, string>>;
  readonly plurals: Readonly<Record<string, string>>;
  readonly singulars: Readonly<Record<string, string>>;
  /** Children of the root that `GET /api` has no link for. */
  readonly notListedAtTheRoot: readonly string[];
  /** Children of the root that `GET /api` has a second link for, with a query to fill in. */
  readonly searchableAtTheRoot: readonly string[];
}

export interface Addition {
  readonly name: string;
  readonly added: string;
  readonly why: string;
  readonly types: Readonly<Record<string, TypeSpec>>;
  /** Type of v4 -> the attributes it gets. */
  readonly members?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly services: Readonly<Record<string, ServiceSpec>>;
  /** Service -> the children it gets. */
  readonly children: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The whole model, from all files. */
export interface ModelSpec {
  readonly types: ReadonlyMap<string, TypeSpec>;
  readonly services: ReadonlyMap<string, ServiceSpec>;
  readonly names: NamesSpec;
  readonly additions: readonly Addition[];
}

/** Kinds of value that have no members. `int32` and `int64` differ in what a client may expect, not on the wire. */
export const scalarNames = ["string", "boolean", "int32", "uint32", "int64", "decimal", "date"] as const;
export type ScalarName = (typeof scalarNames)[number];

export function isScalar(name: string): name is ScalarName {
  return (scalarNames as readonly string[]).includes(name);
}

export function isEnum(type: TypeSpec): type is EnumSpec {
  return "values" in type;
}

/** "nic[]" -> { of: "nic", list: true } */
export function parseType(text: string): { readonly of: string; readonly list: boolean } {
  return text.endsWith("[]") ? { of: text.slice(0, -2), list: true } : { of: text, list: false };
}

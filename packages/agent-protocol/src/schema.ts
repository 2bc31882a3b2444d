/** The shape of a value on the wire. Built by `generated/schema.ts`, read by `decode.ts`. */
export type Schema =
  | { readonly kind: "any" | "string" | "uuid" | "bool" | "float" | "none" }
  /** A whole number within bounds. */
  | { readonly kind: "whole"; readonly min: number; readonly max: number }
  /** A string that holds another scalar. */
  | { readonly kind: "text"; readonly of: Schema }
  | { readonly kind: "list"; readonly of: Schema }
  | { readonly kind: "map"; readonly key: "string" | "uuid" | "uint32"; readonly of: Schema }
  | { readonly kind: "struct"; readonly fields: ReadonlyMap<string, Field>; readonly isOpen: boolean }
  | { readonly kind: "enum"; readonly members: ReadonlySet<string> }
  | { readonly kind: "numbers"; readonly members: ReadonlySet<number> }
  | { readonly kind: "union"; readonly members: readonly Schema[] }
  | { readonly kind: "named"; readonly name: string };

export interface Field {
  readonly schema: Schema;
  readonly isOptional: boolean;
}

export interface VerbSchema {
  readonly params: Schema & { readonly kind: "struct" };
  readonly result: Schema;
}

interface Optional {
  readonly optional: Schema;
}

export const any: Schema = { kind: "any" };
export const string: Schema = { kind: "string" };
export const uuid: Schema = { kind: "uuid" };
export const bool: Schema = { kind: "bool" };
export const float: Schema = { kind: "float" };
export const none: Schema = { kind: "none" };
export const int32 = whole(-(2 ** 31), 2 ** 31 - 1);
export const uint32 = whole(0, 2 ** 32 - 1);
export const int64 = whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
export const uint64 = whole(0, Number.MAX_SAFE_INTEGER);
export const bytes = uint64;
export const kib = uint64;
export const mib = uint64;
/** Durations may be negative where VDSM says "none" by -1. */
export const seconds = int64;
export const ms = int64;

const textOf = (of: Schema): Schema => ({ kind: "text", of });
export const text = {
  bool: textOf(bool),
  float: textOf(float),
  int32: textOf(int32),
  uint32: textOf(uint32),
  int64: textOf(int64),
  uint64: textOf(uint64),
  bytes: textOf(bytes),
  kib: textOf(kib),
  mib: textOf(mib),
  seconds: textOf(seconds),
  ms: textOf(ms),
} as const;

function whole(min: number, max: number): Schema {
  return { kind: "whole", min, max };
}

export function list(of: Schema): Schema {
  return { kind: "list", of };
}

export function map(of: Schema, key: "string" | "uuid" | "uint32" = "string"): Schema {
  return { kind: "map", key, of };
}

export function named(name: string): Schema {
  return { kind: "named", name };
}

export function oneOf(members: readonly string[]): Schema {
  return { kind: "enum", members: new Set(members) };
}

export function numbers(members: Readonly<Record<string, number>>): Schema {
  return { kind: "numbers", members: new Set(Object.values(members)) };
}

export function union(members: readonly Schema[]): Schema {
  return { kind: "union", members };
}

export function optional(schema: Schema): Optional {
  return { optional: schema };
}

export function struct(
  fields: Readonly<Record<string, Schema | Optional>>,
  isOpen = false,
): Schema & { readonly kind: "struct" } {
  const entries = Object.entries(fields).map(([name, field]): [string, Field] =>
    "optional" in field
      ? [name, { schema: field.optional, isOptional: true }]
      : [name, { schema: field, isOptional: false }],
  );
  return { kind: "struct", fields: new Map(entries), isOpen };
}

export function verb(params: Readonly<Record<string, Schema | Optional>>, result: Schema): VerbSchema {
  return { params: struct(params), result };
}

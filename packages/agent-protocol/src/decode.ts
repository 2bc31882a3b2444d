import { typeSchemas } from "./generated/schema.ts";
import { isJsonObject } from "./json.ts";
import type { Field, Schema } from "./schema.ts";

/**
 * `exact`: parameters; ranges, ids and enumerations are checked, and what the definition does not know is dropped.
 * `tolerant`: results and events of an agent that may be older or newer; only the shape must fit.
 * In both, numbers in strings and strings for numbers are brought into the form the definition says.
 */
export type Strictness = "exact" | "tolerant";

/** A value does not have the shape that the definition says. The message begins with the path of the culprit. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";

  constructor(path: string, problem: string) {
    super(`${path === "" ? "the value" : path} ${problem}`);
  }
}

/**
 * Brings a JSON value into the shape of `schema`, copying it.
 * @throws Mismatch naming the first field that does not fit.
 */
export function decode(schema: Schema, value: unknown, strictness: Strictness, path = ""): unknown {
  switch (schema.kind) {
    case "any":
      return value;
    case "none":
      return undefined;
    case "string":
      return decodeString(value, path);
    case "uuid":
      return decodeUuid(value, strictness, path);
    case "bool":
      return decodeBool(value, path);
    case "float":
      return decodeNumber(value, path);
    case "whole":
      return decodeWhole(value, schema, strictness, path);
    case "text":
      return decodeText(value, schema.of, strictness, path);
    case "list":
      return decodeList(value, schema.of, strictness, path);
    case "map":
      return decodeMap(value, schema, strictness, path);
    case "struct":
      return decodeStruct(value, schema, strictness, path);
    case "enum": {
      const text = decodeString(value, path);
      if (strictness === "exact" && !schema.members.has(text)) throw new Mismatch(path, "is none of the known words");
      return text;
    }
    case "numbers": {
      const number = decodeNumber(value, path);
      if (strictness === "exact" && !schema.members.has(number))
        throw new Mismatch(path, "is none of the known numbers");
      return number;
    }
    case "union":
      return decodeUnion(value, schema.members, strictness, path);
    case "named": {
      const named = typeSchemas[schema.name];
      if (named === undefined) throw new Error(`the generated code has no type ${schema.name}`);
      return decode(named, value, strictness, path);
    }
  }
}

function decodeString(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Mismatch(path, `must be text, not ${describe(value)}`);
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function decodeUuid(value: unknown, strictness: Strictness, path: string): string {
  if (typeof value !== "string") throw new Mismatch(path, `must be a UUID, not ${describe(value)}`);
  const lower = value.toLowerCase();
  if (uuidPattern.test(lower)) return lower;
  if (strictness === "exact") throw new Mismatch(path, "is not a UUID");
  return value;
}

function decodeBool(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  throw new Mismatch(path, `must be true or false, not ${describe(value)}`);
}

function decodeNumber(value: unknown, path: string): number {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new Mismatch(path, `must be a number, not ${describe(value)}`);
}

function decodeWhole(
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
  strictness: Strictness,
  path: string,
): number {
  const number = decodeNumber(value, path);
  if (strictness === "tolerant") return Math.trunc(number);
  if (!Number.isSafeInteger(number)) throw new Mismatch(path, "must be a whole number");
  if (number < min || number > max) throw new Mismatch(path, `must be from ${min} to ${max}`);
  return number;
}

function decodeText(value: unknown, of: Schema, strictness: Strictness, path: string): string {
  const text = decodeString(value, path);
  if (strictness === "tolerant" || text === "") return text;
  decode(of, text, strictness, path);
  return of.kind === "bool" ? text.toLowerCase() : text;
}

function decodeList(value: unknown, of: Schema, strictness: Strictness, path: string): unknown[] {
  if (!Array.isArray(value)) throw new Mismatch(path, `must be a list, not ${describe(value)}`);
  return value.map((item, index) => decode(of, item, strictness, `${path}[${index}]`));
}

function decodeMap(
  value: unknown,
  { key, of }: { readonly key: "string" | "uuid" | "uint32"; readonly of: Schema },
  strictness: Strictness,
  path: string,
): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(objectOf(value, path))) {
    if (name === "__proto__") throw new Mismatch(path, "has an impossible key");
    if (strictness === "exact") checkKey(key, name, path);
    map[name] = decode(of, item, strictness, `${path}[${JSON.stringify(name)}]`);
  }
  return map;
}

function checkKey(key: "string" | "uuid" | "uint32", name: string, path: string): void {
  if (key === "uuid" && !uuidPattern.test(name.toLowerCase())) throw new Mismatch(path, "has a key that is not a UUID");
  if (key === "uint32" && !/^\d{1,10}$/.test(name)) throw new Mismatch(path, "has a key that is not a number");
}

function decodeStruct(
  value: unknown,
  { fields, isOpen }: { readonly fields: ReadonlyMap<string, Field>; readonly isOpen: boolean },
  strictness: Strictness,
  path: string,
): Record<string, unknown> {
  const object = objectOf(value, path);
  const struct: Record<string, unknown> = {};
  for (const [name, { schema, isOptional }] of fields) {
    const given = Object.hasOwn(object, name) ? object[name] : undefined;
    const fieldPath = path === "" ? name : `${path}.${name}`;
    // Python's None, and the empty text that clients send for "no such object".
    const isAbsent = given === undefined || given === null || (given === "" && isOptional && schema.kind === "uuid");
    if (!isAbsent) struct[name] = decode(schema, given, strictness, fieldPath);
    else if (!isOptional && !(schema.kind === "any" && given === null)) throw new Mismatch(fieldPath, "is missing");
  }
  if (isOpen) {
    for (const [name, given] of Object.entries(object)) {
      if (!fields.has(name) && name !== "__proto__") struct[name] = given;
    }
  }
  return struct;
}

function decodeUnion(value: unknown, members: readonly Schema[], strictness: Strictness, path: string): unknown {
  const problems: string[] = [];
  for (const member of members) {
    try {
      return decode(member, value, strictness, path);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      problems.push(error.message);
    }
  }
  throw new Mismatch(path, `fits none of its forms: ${problems.join("; ")}`);
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return value;
  throw new Mismatch(path, `must be an object, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : `a ${typeof value}`;
}

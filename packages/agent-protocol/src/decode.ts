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
  readonly #problem: string;
  #path = "";

  constructor(problem: string) {
    super(`the value ${problem}`);
    this.#problem = problem;
  }

  /** The same, seen from one level up: paths cost something, so they are put together only when something is wrong. */
  within(step: string): this {
    this.#path = `${step}${this.#path === "" || this.#path.startsWith("[") ? "" : "."}${this.#path}`;
    this.message = `${this.#path} ${this.#problem}`;
    return this;
  }
}

/**
 * Brings a JSON value into the shape of `schema`, copying it.
 * @throws Mismatch naming the first field that does not fit.
 */
export function decode(schema: Schema, value: unknown, strictness: Strictness): unknown {
  switch (schema.kind) {
    case "any":
      return value;
    case "none":
      return undefined;
    case "string":
      return decodeString(value);
    case "uuid":
      return decodeUuid(value, strictness);
    case "bool":
      return decodeBool(value);
    case "float":
      return decodeNumber(value);
    case "whole":
      return decodeWhole(value, schema, strictness);
    case "text":
      return decodeText(value, schema.of, strictness);
    case "list":
      return decodeList(value, schema.of, strictness);
    case "map":
      return decodeMap(value, schema, strictness);
    case "struct":
      return decodeStruct(value, schema, strictness);
    case "enum": {
      const text = decodeString(value);
      if (strictness === "exact" && !schema.members.has(text)) throw new Mismatch("is none of the known words");
      return text;
    }
    case "numbers": {
      const number = decodeNumber(value);
      if (strictness === "exact" && !schema.members.has(number)) throw new Mismatch("is none of the known numbers");
      return number;
    }
    case "union":
      return decodeUnion(value, schema.members, strictness);
    case "named":
      return decode(getNamed(schema.name), value, strictness);
  }
}

function decodeString(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Mismatch(`must be text, not ${describe(value)}`);
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function decodeUuid(value: unknown, strictness: Strictness): string {
  if (typeof value !== "string") throw new Mismatch(`must be a UUID, not ${describe(value)}`);
  const lower = value.toLowerCase();
  if (uuidPattern.test(lower)) return lower;
  if (strictness === "exact") throw new Mismatch("is not a UUID");
  return value;
}

function decodeBool(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  throw new Mismatch(`must be true or false, not ${describe(value)}`);
}

function decodeNumber(value: unknown): number {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new Mismatch(`must be a number, not ${describe(value)}`);
}

function decodeWhole(
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
  strictness: Strictness,
): number {
  const number = decodeNumber(value);
  if (strictness === "tolerant") return Math.trunc(number);
  if (!Number.isSafeInteger(number)) throw new Mismatch("must be a whole number");
  if (number < min || number > max) throw new Mismatch(`must be from ${min} to ${max}`);
  return number;
}

function decodeText(value: unknown, of: Schema, strictness: Strictness): string {
  const text = decodeString(value);
  if (strictness === "tolerant" || text === "") return text;
  decode(of, text, strictness);
  return of.kind === "bool" ? text.toLowerCase() : text;
}

function decodeList(value: unknown, of: Schema, strictness: Strictness): unknown[] {
  if (!Array.isArray(value)) throw new Mismatch(`must be a list, not ${describe(value)}`);
  return value.map((item, index) => decodeStep(index, of, item, strictness));
}

function decodeMap(
  value: unknown,
  { key, of }: { readonly key: "string" | "uuid" | "uint32"; readonly of: Schema },
  strictness: Strictness,
): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(objectOf(value))) {
    if (name === "__proto__") throw new Mismatch("has an impossible key");
    if (strictness === "exact") checkKey(key, name);
    map[name] = decodeStep({ key: name }, of, item, strictness);
  }
  return map;
}

function checkKey(key: "string" | "uuid" | "uint32", name: string): void {
  if (key === "uuid" && !uuidPattern.test(name.toLowerCase())) throw new Mismatch("has a key that is not a UUID");
  if (key === "uint32" && !/^\d{1,10}$/.test(name)) throw new Mismatch("has a key that is not a number");
}

function decodeStruct(
  value: unknown,
  { fields, isOpen }: { readonly fields: ReadonlyMap<string, Field>; readonly isOpen: boolean },
  strictness: Strictness,
): Record<string, unknown> {
  const object = objectOf(value);
  const struct: Record<string, unknown> = {};
  for (const [name, { schema, isOptional }] of fields) {
    const given = Object.hasOwn(object, name) ? object[name] : undefined;
    // Python's None, and the empty text that clients send for "no such object".
    const isAbsent = given === undefined || given === null || (given === "" && isOptional && schema.kind === "uuid");
    if (!isAbsent) struct[name] = decodeStep(name, schema, given, strictness);
    else if (!isOptional && !(schema.kind === "any" && given === null)) throw new Mismatch("is missing").within(name);
  }
  if (isOpen) {
    for (const [name, given] of Object.entries(object)) {
      if (!fields.has(name) && name !== "__proto__") struct[name] = given;
    }
  }
  return struct;
}

function decodeUnion(value: unknown, members: readonly Schema[], strictness: Strictness): unknown {
  const problems: string[] = [];
  for (const member of members) {
    const missing = findMissing(member, value);
    if (missing !== undefined) {
      problems.push(`${missing} is missing`);
      continue;
    }
    try {
      return decode(member, value, strictness);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      problems.push(error.message);
    }
  }
  throw new Mismatch(`fits none of its forms: ${problems.join("; ")}`);
}

/** A required field that an object lacks for this form: tells most forms of a union apart without trying them. */
function findMissing(schema: Schema, value: unknown): string | undefined {
  const form = schema.kind === "named" ? getNamed(schema.name) : schema;
  if (form.kind !== "struct" || !isJsonObject(value)) return undefined;
  for (const [name, { isOptional }] of form.fields) {
    if (!isOptional && !Object.hasOwn(value, name)) return name;
  }
  return undefined;
}

function getNamed(name: string): Schema {
  const named = typeSchemas[name];
  if (named === undefined) throw new Error(`the generated code has no type ${name}`);
  return named;
}

/** Decodes what is one step deeper; a mismatch learns the step on its way up. */
function decodeStep(
  step: string | number | { readonly key: string },
  schema: Schema,
  value: unknown,
  strictness: Strictness,
): unknown {
  try {
    return decode(schema, value, strictness);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    if (typeof step === "string") throw error.within(step);
    throw error.within(typeof step === "number" ? `[${step}]` : `[${JSON.stringify(step.key)}]`);
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return value;
  throw new Mismatch(`must be an object, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : `a ${typeof value}`;
}

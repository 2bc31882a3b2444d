import type { TypedParam, TypedParamValue } from "./protocol/generated/remote-types.ts";

export type ParamValue = number | bigint | string | boolean;

/**
 * libvirt's tagged list as a plain object. A 64-bit value is a number where that is exact and a bigint beyond 2^53:
 * for counters that grow, such as CPU time in nanoseconds (there after 104 days), read them by `numberParam`.
 * Of a name that comes twice the last counts. Names of newer daemons are simply there.
 */
export function paramsToObject(params: readonly TypedParam[]): Record<string, ParamValue> {
  // Not by assignment: a parameter may be called `__proto__`, and must then be data like any other.
  return Object.fromEntries(params.map(({ field, value }) => [field, value]));
}

/** A number parameter, a bigint rounded to the nearest number; `undefined` if it is not there or not a number. */
export function numberParam(params: Readonly<Record<string, ParamValue>>, name: string): number | undefined {
  const value = params[name];
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

export function textParam(params: Readonly<Record<string, ParamValue>>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" ? value : undefined;
}

/** Marks the type that libvirt wants, where it is not the one that `objectToParams` would take. */
export const int = (value: number): TypedParamValue => ({ type: "int", value });
export const uint = (value: number): TypedParamValue => ({ type: "uint", value });
export const llong = (value: number | bigint): TypedParamValue => ({ type: "llong", value });
export const ullong = (value: number | bigint): TypedParamValue => ({ type: "ullong", value });
export const double = (value: number): TypedParamValue => ({ type: "double", value });

/**
 * A plain object as libvirt's tagged list. Text and booleans say their type; an integer is taken as `ullong`, which
 * most parameters are, a negative one as `llong`, a fraction as `double`. libvirt refuses a wrong type, so mark the
 * others: `objectToParams({ bandwidth: 100, "parallel.connections": int(4) })`. Fields that are `undefined` are left out.
 */
export function objectToParams(
  values: Readonly<Record<string, ParamValue | TypedParamValue | undefined>>,
): TypedParam[] {
  return Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [{ field, ...typed(value) }]));
}

function typed(value: ParamValue | TypedParamValue): TypedParamValue {
  if (typeof value === "object") return value;
  if (typeof value === "string") return { type: "string", value };
  if (typeof value === "boolean") return { type: "boolean", value };
  if (typeof value === "number" && !Number.isInteger(value)) return double(value);
  return value < 0 ? llong(value) : ullong(value);
}

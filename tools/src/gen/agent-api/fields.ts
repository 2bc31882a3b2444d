import type { AgentSpec } from "./read-spec.ts";
import { parseType, type TypeExpression } from "./type-expression.ts";

export interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: TypeExpression;
}

/** The fields of a struct or the parameters of a verb, in their order. `where` is for the message of an error. */
export function fieldsOf(spec: AgentSpec, where: string, fields: Readonly<Record<string, string>>): readonly Field[] {
  return Object.entries(fields).map(([key, text]) => ({
    name: key.replace(/\?$/, ""),
    isOptional: key.endsWith("?"),
    type: typeOf(spec, `${where}.${key}`, text),
  }));
}

export function typeOf(spec: AgentSpec, where: string, text: string): TypeExpression {
  try {
    return parseType(text, (name) => Object.hasOwn(spec.types, name));
  } catch (cause) {
    throw new Error(`specs/agent-api: ${where}`, { cause });
  }
}

/** `name` as a key in an object literal or a type. */
export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** `VM`, `migrationCreate` -> `VMMigrationCreateParams`. */
export function paramsName(namespace: string, verb: string): string {
  return `${namespace}${verb.charAt(0).toUpperCase()}${verb.slice(1)}Params`;
}

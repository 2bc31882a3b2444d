import { fieldsOf, keyOf, typeOf } from "./fields.ts";
import type { AgentSpec, EventSpec, TypeSpec } from "./read-spec.ts";
import { toSchema } from "./type-expression.ts";

/** `schema.ts`: the same types and verbs as values, for `src/decode.ts`. */
export function emitSchema(spec: AgentSpec): string {
  const types = Object.entries(spec.types).map(([name, type]) => `  ${name}: ${typeSchema(spec, name, type)},\n`);
  const verbs = spec.namespaces.flatMap(({ namespace, verbs }) =>
    Object.entries(verbs).map(([verb, { params, result }]) => {
      const where = `${namespace}.${verb}`;
      const resultSchema = result === "none" ? "s.none" : toSchema(typeOf(spec, where, result));
      return `  "${where}": s.verb(${structArguments(spec, where, params)}, ${resultSchema}),\n`;
    }),
  );
  const events = Object.entries(spec.events).map(([name, event]) => `  ${name}: ${eventSchema(spec, name, event)},\n`);
  return `import * as s from "../schema.ts";

/** Every named type. */
export const typeSchemas: Readonly<Record<string, s.Schema>> = {
${types.join("")}};

/** Every verb; the order of the parameters is that of a positional call. */
export const verbSchemas: Readonly<Record<string, s.VerbSchema>> = {
${verbs.join("")}};

/** The parameters of every event, without \`notify_time\`. */
export const eventSchemas: Readonly<Record<string, s.Schema>> = {
${events.join("")}};

/** The verbs that another host may call; the Manager may call every one. */
export const hostMayCall: ReadonlySet<string> = new Set(${JSON.stringify(spec.hostMayCall)});
`;
}

function typeSchema(spec: AgentSpec, name: string, type: TypeSpec): string {
  if ("alias" in type) return toSchema(typeOf(spec, name, type.alias));
  if ("enum" in type) return `s.oneOf(${JSON.stringify(type.enum)})`;
  if ("numbers" in type) return `s.numbers(${JSON.stringify(type.numbers)})`;
  if ("union" in type) return `s.union([${type.union.map((text) => toSchema(typeOf(spec, name, text))).join(", ")}])`;
  const isOpen = type.open === true ? ", true" : "";
  return `s.struct(${structArguments(spec, name, type.struct)}${isOpen})`;
}

function eventSchema(spec: AgentSpec, name: string, event: EventSpec): string {
  const keyed = event.params["*"];
  if (keyed !== undefined) return `s.map(${toSchema(typeOf(spec, name, keyed))}, "uuid")`;
  return `s.struct(${structArguments(spec, name, event.params)})`;
}

/** `{ required fields }, [names of optional fields]` would lose the order, so every field says whether it may be absent. */
function structArguments(spec: AgentSpec, where: string, fields: Readonly<Record<string, string>>): string {
  const entries = fieldsOf(spec, where, fields).map(({ name, isOptional, type }) => {
    const schema = toSchema(type);
    return `${keyOf(name)}: ${isOptional ? `s.optional(${schema})` : schema}`;
  });
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

import { fieldsOf, keyOf, typeOf } from "./fields.ts";
import type { AgentSpec, TypeSpec } from "./read-spec.ts";
import { toTypeScript, unitOf } from "./type-expression.ts";

/** `types.ts`: one exported type for each named type. */
export function emitTypes(spec: AgentSpec): string {
  const types = Object.entries(spec.types).map(([name, type]) => emitType(spec, name, type));
  return `import type { JsonValue } from "../json.ts";\n\n${types.join("\n")}`;
}

function emitType(spec: AgentSpec, name: string, type: TypeSpec): string {
  if ("alias" in type) return `export type ${name} = ${toTypeScript(typeOf(spec, name, type.alias))};\n`;
  if ("enum" in type) return `export type ${name} = ${type.enum.map((text) => JSON.stringify(text)).join(" | ")};\n`;
  if ("union" in type) {
    return `export type ${name} = ${type.union.map((text) => toTypeScript(typeOf(spec, name, text))).join(" | ")};\n`;
  }
  if ("numbers" in type) return emitNumbers(name, type.numbers);
  const index = type.open === true ? "  readonly [field: string]: unknown;\n" : "";
  return `export interface ${name} {\n${emitFields(spec, name, type.struct)}${index}}\n`;
}

export function emitFields(spec: AgentSpec, where: string, fields: Readonly<Record<string, string>>): string {
  return fieldsOf(spec, where, fields)
    .map((field) => {
      const unit = unitOf(field.type);
      const comment = unit === "" ? "" : `  /** ${unit} */\n`;
      const absent = field.isOptional ? " | undefined" : "";
      return `${comment}  readonly ${keyOf(field.name)}${field.isOptional ? "?" : ""}: ${toTypeScript(field.type)}${absent};\n`;
    })
    .join("");
}

function emitNumbers(name: string, numbers: Readonly<Record<string, number>>): string {
  const constant = `${name.charAt(0).toLowerCase()}${name.slice(1)}s`;
  const members = Object.entries(numbers).map(([key, value]) => `  ${key}: ${value},\n`);
  return `/** What the numbers of \`${name}\` mean. */
export const ${constant} = {\n${members.join("")}} as const;
export type ${name} = (typeof ${constant})[keyof typeof ${constant}];\n`;
}

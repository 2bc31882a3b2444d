import { ownMembers, structsOf } from "./members.ts";
import { typeName } from "./names.ts";
import { isEnum, isScalar, type ModelSpec, parseType, type ScalarName } from "./spec.ts";

const scalarTypes: Readonly<Record<ScalarName, string>> = {
  string: "string",
  boolean: "boolean",
  int32: "number",
  uint32: "number",
  int64: "number",
  decimal: "number",
  date: "Date",
};

/** The TypeScript type of a member or a parameter. */
export function typeScriptType(text: string): string {
  const { of, list } = parseType(text);
  const one = isScalar(of) ? scalarTypes[of] : typeName(of);
  return list ? `readonly ${one}[]` : one;
}

/** `types.ts`: one union for each enum, one interface for each struct, and the map from model names to both. */
export function writeTypes(model: ModelSpec): string {
  const enums = [...model.types].flatMap(([name, type]) => (isEnum(type) ? [{ name, values: type.values }] : []));
  const structs = structsOf(model);
  return [
    ...enums.map(
      ({ name, values }) => `export type ${typeName(name)} = ${values.map((value) => `"${value}"`).join(" | ")};\n`,
    ),
    "\n/** Another document: where it is, and what it is to this one. */\n",
    "export interface Link {\n  readonly rel?: string | undefined;\n  readonly href?: string | undefined;\n}\n",
    ...structs.map(([name, type]) => {
      const base = type.extends === undefined ? "" : ` extends ${typeName(type.extends)}`;
      const members = ownMembers(name, type).map(
        (member) => `  readonly ${member.name}?: ${typeScriptType(member.type)} | undefined;\n`,
      );
      return `\nexport interface ${typeName(name)}${base} {\n${members.join("")}}\n`;
    }),
    "\n/** Every type that can be a document or part of one, by its name in the model. */\n",
    "export interface RestTypes {\n",
    "  readonly link: Link;\n",
    ...structs.map(([name]) => `  readonly ${name}: ${typeName(name)};\n`),
    "}\n\nexport type RestTypeName = keyof RestTypes;\n",
  ].join("");
}

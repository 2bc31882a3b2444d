import type { Field, Program, Struct, Union } from "./model.ts";
import { isBlob, isNumber, type WireType } from "./wire-type.ts";

/** The interfaces of one program. `int64` and `uint64` are numbers in fields; in a union they may be bigints. */
export function emitTypes(program: Program): string {
  return [...program.unions.map(emitUnion), ...program.own.map(emitStruct)].join("\n");
}

export function tsType({ base, length }: WireType): string {
  if (isBlob(base)) return "Uint8Array";
  const item = isNumber(base) ? "number" : base === "bool" ? "boolean" : base;
  return length === undefined ? item : `readonly ${item}[]`;
}

function emitStruct({ name, fields, union }: Struct): string {
  const lines = fields.map((field) => `  readonly ${emitField(field)};\n`).join("");
  if (union === undefined) return `export interface ${name} {\n${lines}}\n`;
  return `export type ${name} = {\n${lines}} & ${union};\n`;
}

function emitField({ name, type }: Field): string {
  if (type.optional) return `${name}?: ${tsType(type)} | undefined`;
  if (type.byDefault !== undefined) return `${name}?: ${tsType(type)} | undefined`;
  return `${name}: ${tsType(type)}`;
}

function emitUnion({ name, variants }: Union): string {
  const arms = variants.map(
    ({ name: type, value }) => `  | { readonly type: "${type}"; readonly value: ${exact(value)} }\n`,
  );
  return `export type ${name} =\n${arms.join("").trimEnd()};\n`;
}

function exact(base: string): string {
  if (base === "int64" || base === "uint64") return "number | bigint";
  return tsType({ base, optional: false });
}

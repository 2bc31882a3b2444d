import type { Program, Struct } from "./model.ts";
import type { WireType } from "./wire-type.ts";

/** The types as data, for tests: arbitrary values are made from them, and each is sent through its codec. */
export function emitShapes(programs: readonly Program[]): string {
  const unions = programs.flatMap((program) => program.unions);
  const structs = programs.flatMap((program) => program.own);
  return [
    "export interface WireType { readonly base: string; readonly optional: boolean; readonly length?: { readonly max: number } | { readonly exactly: number }; readonly byDefault?: number }",
    "export interface Shape { readonly fields: Readonly<Record<string, WireType>>; readonly union?: string }",
    `export const unions: Readonly<Record<string, readonly { readonly tag: number; readonly name: string; readonly value: string }[]>> = ${JSON.stringify(Object.fromEntries(unions.map((union) => [union.name, union.variants])))};`,
    `export const shapes: Readonly<Record<string, Shape>> = {\n${structs.map((struct) => `  ${struct.name}: ${emitShape(struct)},\n`).join("")}};`,
    "",
  ].join("\n");
}

function emitShape({ fields, union }: Struct): string {
  const types: Record<string, WireType> = Object.fromEntries(fields.map(({ name, type }) => [name, type]));
  return JSON.stringify({ fields: types, ...(union !== undefined && { union }) });
}

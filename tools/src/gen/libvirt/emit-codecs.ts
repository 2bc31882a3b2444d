import type { Field, Program, Struct, Union } from "./model.ts";
import { isBlob, isNumber, type WireType } from "./wire-type.ts";

/** Encoders and decoders of one program: straight-line code, one pair of functions for each type. */
export function emitCodecs(program: Program): string {
  const emitter = new CodecEmitter(program.stringBytesMax);
  return [
    ...program.unions.map((union) => emitter.union(union)),
    ...program.own.map((struct) => `${emitter.encoder(struct)}\n${emitter.decoder(struct)}`),
  ].join("\n");
}

class CodecEmitter {
  readonly #stringBytesMax: number;

  constructor(stringBytesMax: number) {
    this.#stringBytesMax = stringBytesMax;
  }

  encoder({ name, fields, union }: Struct): string {
    const lines = fields.map((field) => this.#encodeField(field));
    if (union !== undefined) lines.push(`encode${union}(w, v);`);
    return `export function encode${name}(w: XdrWriter, v: t.${name}): void {\n${indent(lines)}}\n`;
  }

  decoder({ name, fields, union }: Struct): string {
    const items = fields.map(({ name: field, type }) => `${field}: ${this.#decode(type)},`);
    if (union !== undefined) {
      const before = fields.map(({ name: field, type }) => `const ${field} = ${this.#decode(type)};`);
      const names = fields.map((field) => field.name).join(", ");
      return `export function decode${name}(r: XdrReader): t.${name} {\n${indent([...before, `return decode${union}With(r, ${names});`])}}\n`;
    }
    return `export function decode${name}(r: XdrReader): t.${name} {\n  return {\n${indent(items, 4)}  };\n}\n`;
  }

  /** A union is always spread into a type with a name before it, so its decoder makes the whole object at once. */
  union({ name, variants }: Union): string {
    const encode = variants.flatMap(({ tag, name: type, value }) => [
      `case "${type}":`,
      `  w.int32(${tag});`,
      `  return ${this.#encode({ base: value, optional: false }, "v.value")};`,
    ]);
    const decode = variants.flatMap(({ tag, name: type, value }) => [
      `case ${tag}:`,
      `  return { field, type: "${type}", value: ${this.#decodeExact(value)} };`,
    ]);
    return [
      `export function encode${name}(w: XdrWriter, v: t.${name}): void {`,
      "  switch (v.type) {",
      ...encode.map((line) => `    ${line}`),
      "    default:",
      `      throw new CannotEncode(\`${name} has no variant \${String((v as { type?: unknown }).type)}\`);`,
      "  }",
      "}",
      "",
      `function decode${name}With(r: XdrReader, field: string): { readonly field: string } & t.${name} {`,
      "  const tag = r.int32();",
      "  switch (tag) {",
      ...decode.map((line) => `    ${line}`),
      "    default:",
      `      throw new UnknownVariant("${name}", tag);`,
      "  }",
      "}",
      "",
    ].join("\n");
  }

  #encodeField({ name, type }: Field): string {
    const value = `v.${name}`;
    if (type.optional) {
      return `if (${value} === undefined) w.present(false);\n  else {\n    w.present(true);\n    ${this.#encode(type, value)};\n  }`;
    }
    return `${this.#encode(type, type.byDefault === undefined ? value : `${value} ?? ${type.byDefault}`)};`;
  }

  #encode(type: WireType, value: string): string {
    const { base, length } = type;
    if (isBlob(base)) return `w.${blobMethod(type)}(${value}, ${lengthOf(type)})`;
    if (length !== undefined) {
      if (!("max" in length)) throw new Error(`a list of exactly so many ${base} is not supported`);
      return `w.count(${value}.length, ${length.max});\n  for (const item of ${value}) ${this.#encode({ base, optional: false }, "item")}`;
    }
    if (base === "string") return `w.string(${value}, ${this.#stringBytesMax})`;
    if (isNumber(base) || base === "bool") return `w.${base}(${value})`;
    return `encode${base}(w, ${value})`;
  }

  #decode(type: WireType): string {
    const value = this.#decodeOne(type);
    return type.optional ? `r.present() ? ${value} : undefined` : value;
  }

  #decodeOne(type: WireType): string {
    const { base, length } = type;
    if (isBlob(base)) return `r.${blobMethod(type)}(${lengthOf(type)})`;
    if (length !== undefined) return `list(r, ${lengthOf(type)}, ${this.#itemDecoder(base)})`;
    if (base === "string") return `r.string(${this.#stringBytesMax})`;
    if (isNumber(base) || base === "bool") return `r.${base}()`;
    return `decode${base}(r)`;
  }

  #decodeExact(base: string): string {
    if (base === "int64" || base === "uint64") return `r.${base}Exact()`;
    return this.#decode({ base, optional: false });
  }

  #itemDecoder(base: string): string {
    if (base === "string" || isNumber(base)) return `(r) => ${this.#decode({ base, optional: false })}`;
    return `decode${base}`;
  }
}

function blobMethod({ base, length }: WireType): string {
  if (length !== undefined && "max" in length) return base;
  return base === "bytes" ? "fixedBytes" : "fixedChars";
}

function lengthOf({ base, length }: WireType): number {
  if (length === undefined) throw new Error(`${base} without a length`);
  return "max" in length ? length.max : length.exactly;
}

function indent(lines: readonly string[], by = 2): string {
  return lines.map((line) => `${" ".repeat(by)}${line}\n`).join("");
}

/** A type as `specs/libvirt` writes it: `int32`, `string?`, `Domain[max domainList]`, `chars[32]`, `uint32 = 0`. */
export interface WireType {
  readonly base: string;
  readonly optional: boolean;
  /** A list (or bytes, chars) of at most so many, or of exactly so many. */
  readonly length?: { readonly max: number } | { readonly exactly: number };
  /** What an argument is when the caller leaves it out. */
  readonly byDefault?: number;
}

/** Base types that are numbers in TypeScript; each is a method of the reader and the writer. */
const numbers = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "double"];

export const isNumber = (base: string): boolean => numbers.includes(base);

/** `bytes` and `chars` come with a length, but are one value. */
export const isBlob = (base: string): boolean => base === "bytes" || base === "chars";

const UUID_BYTES = 16;
const grammar = /^(\w+)(?:\[(?:max (\w+)|(\d+))\])?(\?)?(?: = (\d+))?$/;

/** @throws Error naming the type that is not in the grammar, or the limit that is not in `limits`. */
export function parseWireType(text: string, limits: Readonly<Record<string, number>>): WireType {
  const match = grammar.exec(text);
  if (match === null) throw new Error(`not a type of specs/libvirt: ${text}`);
  const [, base = "", limit, exactly, question, byDefault] = match;
  if (isBlob(base) && limit === undefined && exactly === undefined) throw new Error(`${text} needs a length`);
  return {
    ...(base === "uuid" ? { base: "bytes", length: { exactly: UUID_BYTES } } : { base }),
    optional: question !== undefined,
    ...(limit !== undefined && { length: { max: limitOf(limit, limits) } }),
    ...(exactly !== undefined && { length: { exactly: Number(exactly) } }),
    ...(byDefault !== undefined && { byDefault: Number(byDefault) }),
  };
}

export function limitOf(name: string, limits: Readonly<Record<string, number>>): number {
  const limit = limits[name];
  if (limit === undefined) throw new Error(`specs/libvirt names an unknown limit: ${name}`);
  return limit;
}

// For tests: arbitrary documents of the model, made from the same tables that the codecs use.
import fc from "fast-check";
import { codecOf, type MemberCodec, type ValueKind } from "../src/codec.ts";
import { structs } from "../src/generated/structs.ts";
import type { RestTypeName } from "../src/generated/types.ts";
import type { ScalarKind } from "../src/scalars.ts";
import { isXmlText } from "../src/xml-text.ts";

const special = ["<", ">", "&", '"', "'", " ", "\t", "\r", "\n", "]", "\\", "{", "}", "a", "b", "1", "é", "日"];

/** Whatever Unicode has, and more often what XML and JSON treat specially. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }).filter(isXmlText),
  fc.string({ unit: fc.constantFrom(...special), maxLength: 20 }),
);

const scalars: Readonly<Record<ScalarKind, fc.Arbitrary<unknown>>> = {
  string: text,
  boolean: fc.boolean(),
  int32: fc.integer(),
  uint32: fc.nat(),
  int64: fc.maxSafeInteger(),
  decimal: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  date: fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
};

export const anyType: fc.Arbitrary<RestTypeName> = fc.constantFrom(...(Object.keys(structs) as RestTypeName[]));

/** A value of this type with some members set, nested at most `depth` deep. */
export function anyValue(type: RestTypeName, depth = 3): fc.Arbitrary<Record<string, unknown>> {
  const members = codecOf(type).members.filter(({ kind }) => depth > 0 || kind.of !== "struct");
  return fc
    .subarray([...members], { minLength: Math.min(2, members.length), maxLength: Math.min(8, members.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((member) => [member.name, anyMember(member, depth)]))));
}

function anyMember(member: MemberCodec, depth: number): fc.Arbitrary<unknown> {
  const one = anyKind(member.kind, depth);
  if (member.place === "list") return fc.array(one, { maxLength: 3 });
  // A list without a wrapper has no way to say that it is there and empty.
  return member.place === "repeated" ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
}

function anyKind(kind: ValueKind, depth: number): fc.Arbitrary<unknown> {
  switch (kind.of) {
    case "scalar":
      return scalars[kind.scalar];
    case "enum":
      return fc.constantFrom(...kind.words);
    case "struct":
      return anyValue(kind.type, depth - 1);
  }
}

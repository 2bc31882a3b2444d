// Every generated encoder and decoder: values made from the shapes that the generator writes beside them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MalformedXdr, UnknownVariant, XdrReader, XdrWriter } from "@yagura/xdr";
import fc from "fast-check";
import { type Codec, findCodec } from "./codec-by-name.ts";
import { shapes, unions, type WireType } from "./generated/shapes.ts";

function codecOf(name: string): Codec {
  const codec = findCodec(name);
  assert.ok(codec !== undefined, `${name} has no codec`);
  return codec;
}

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !value.includes("\0"));
const numbers: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  uint8: fc.integer({ min: 0, max: 0xff }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }),
  int64: fc.maxSafeInteger(),
  uint64: fc.maxSafeNat(),
  double: fc.double({ noNaN: true }),
  bool: fc.boolean(),
  string: text,
};

/** 64 bits in full, as only unions carry them: a number where that is exact. */
const exact = (value: bigint): number | bigint =>
  BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
const wide: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exact),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(exact),
};

function arbitraryOf({ base, optional, length }: WireType): fc.Arbitrary<unknown> {
  const one = base === "bytes" || base === "chars" ? bytesOf(length) : (numbers[base] ?? structOf(base));
  const isList = length !== undefined && base !== "bytes" && base !== "chars";
  const value = isList ? fc.array(one, { maxLength: Math.min(3, lengthMax(length)) }) : one;
  return optional ? fc.option(value, { nil: undefined }) : value;
}

function lengthMax(length: WireType["length"]): number {
  if (length === undefined) return 0;
  return "max" in length ? length.max : length.exactly;
}

function bytesOf(length: WireType["length"]): fc.Arbitrary<Uint8Array> {
  const max = lengthMax(length);
  const isFixed = length !== undefined && "exactly" in length;
  return fc.uint8Array({ minLength: isFixed ? max : 0, maxLength: isFixed ? max : Math.min(9, max) });
}

const structs = new Map<string, fc.Arbitrary<unknown>>();

function structOf(name: string): fc.Arbitrary<unknown> {
  const known = structs.get(name);
  if (known !== undefined) return known;
  const shape = shapes[name];
  assert.ok(shape !== undefined, `${name} has no shape`);
  const types = Object.entries(shape.fields).map(([field, type]) => [field, arbitraryOf(type)]);
  const fields = fc.record(Object.fromEntries(types), { noNullPrototype: true });
  const variants = shape.union === undefined ? undefined : unions[shape.union];
  const made =
    variants === undefined
      ? fields
      : fc
          .tuple(
            fields,
            fc.oneof(
              ...variants.map(({ name: type, value }) =>
                fc.record({ type: fc.constant(type), value: wide[value] ?? numbers[value] ?? fc.constant(undefined) }),
              ),
            ),
          )
          .map(([own, variant]) => ({ ...own, ...variant }));
  structs.set(name, made);
  return made;
}

function encode(codec: Codec, value: unknown): Buffer {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.take();
}

function decode(codec: Codec, bytes: Buffer, end = bytes.length): unknown {
  const reader = new XdrReader();
  reader.reset(bytes, 0, end);
  const value = codec.decode(reader);
  reader.finish();
  return value;
}

test(`all ${Object.keys(shapes).length} generated codecs read back what they wrote`, () => {
  for (const name of Object.keys(shapes)) {
    const codec = codecOf(name);
    fc.assert(
      fc.property(structOf(name), (value) => assert.deepEqual(decode(codec, encode(codec, value)), value)),
      { numRuns: 15 },
    );
  }
});

test("all generated decoders refuse every truncation of a message, and a message that is too long", () => {
  for (const name of Object.keys(shapes)) {
    const codec = codecOf(name);
    fc.assert(
      fc.property(structOf(name), (value) => {
        const bytes = encode(codec, value);
        for (let end = 0; end < bytes.length; end += 4) {
          assert.throws(() => decode(codec, bytes, end), MalformedXdr, `${name} of ${end} bytes`);
        }
        assert.throws(() => decode(codec, Buffer.concat([bytes, Buffer.alloc(4)])), MalformedXdr);
      }),
      { numRuns: 4 },
    );
  }
});

test("no generated decoder does anything but decode or refuse, whatever the bytes", () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(0, 1, 2, 7, 0xff, 0x7f), { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
    fc.array(fc.constantFrom(0, 1, 2, 0xffffffff), { maxLength: 60 }).map((words) => {
      const bytes = Buffer.alloc(words.length * 4);
      for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, index * 4);
      return bytes;
    }),
  );
  const names = Object.keys(shapes);
  fc.assert(
    fc.property(hostile, fc.integer({ min: 0, max: names.length - 1 }), (bytes, index) => {
      try {
        decode(codecOf(names[index] ?? ""), Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof MalformedXdr || error instanceof UnknownVariant, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});

test("a typed parameter of a type that only newer daemons have is told apart from a broken message", () => {
  const codec = codecOf("TypedParam");
  const bytes = encode(codec, { field: "later", type: "int", value: 1 });
  bytes.writeInt32BE(8, bytes.length - 8);
  assert.throws(() => decode(codec, bytes), UnknownVariant);
});

test("flags and other arguments with a default may be left out", () => {
  const codec = codecOf("DomainCreateXmlArgs");
  assert.deepEqual(decode(codec, encode(codec, { xmlDesc: "<domain/>" })), { xmlDesc: "<domain/>", flags: 0 });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CannotEncode, MalformedXdr } from "./errors.ts";
import { XdrReader } from "./reader.ts";
import { XdrWriter } from "./writer.ts";

type Item = {
  readonly write: (writer: XdrWriter) => void;
  readonly read: (reader: XdrReader) => unknown;
  readonly value: unknown;
};

const item = <T>(
  value: T,
  write: (writer: XdrWriter, value: T) => void,
  read: (reader: XdrReader) => unknown,
): Item => ({
  value,
  write: (writer) => write(writer, value),
  read,
});

const items: fc.Arbitrary<Item> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((v) =>
    item(
      v,
      (w, x) => w.int32(x),
      (r) => r.int32(),
    ),
  ),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((v) =>
    item(
      v,
      (w, x) => w.uint32(x),
      (r) => r.uint32(),
    ),
  ),
  fc.integer({ min: -128, max: 127 }).map((v) =>
    item(
      v,
      (w, x) => w.int8(x),
      (r) => r.int8(),
    ),
  ),
  fc.integer({ min: 0, max: 255 }).map((v) =>
    item(
      v,
      (w, x) => w.uint8(x),
      (r) => r.uint8(),
    ),
  ),
  fc.integer({ min: -32768, max: 32767 }).map((v) =>
    item(
      v,
      (w, x) => w.int16(x),
      (r) => r.int16(),
    ),
  ),
  fc.integer({ min: 0, max: 65535 }).map((v) =>
    item(
      v,
      (w, x) => w.uint16(x),
      (r) => r.uint16(),
    ),
  ),
  fc.maxSafeInteger().map((v) =>
    item(
      v,
      (w, x) => w.int64(x),
      (r) => r.int64(),
    ),
  ),
  fc.maxSafeNat().map((v) =>
    item(
      v,
      (w, x) => w.uint64(x),
      (r) => r.uint64(),
    ),
  ),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) =>
    item(
      v,
      (w, x) => w.int64(x),
      (r) => BigInt(r.int64Exact()),
    ),
  ),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((v) =>
    item(
      v,
      (w, x) => w.uint64(x),
      (r) => BigInt(r.uint64Exact()),
    ),
  ),
  fc.double().map((v) =>
    item(
      v,
      (w, x) => w.double(x),
      (r) => r.double(),
    ),
  ),
  fc.boolean().map((v) =>
    item(
      v,
      (w, x) => w.bool(x),
      (r) => r.bool(),
    ),
  ),
  fc
    .string({ unit: "grapheme", maxLength: 40 })
    .filter((v) => !v.includes("\0"))
    .map((v) =>
      item(
        v,
        (w, x) => w.string(x, 4096),
        (r) => r.string(4096),
      ),
    ),
  fc.uint8Array({ maxLength: 40 }).map((v) =>
    item(
      v,
      (w, x) => w.bytes(x, 40),
      (r) => r.bytes(40),
    ),
  ),
  fc.uint8Array({ minLength: 5, maxLength: 5 }).map((v) =>
    item(
      v,
      (w, x) => w.fixedBytes(x, 5),
      (r) => r.fixedBytes(5),
    ),
  ),
  fc.uint8Array({ maxLength: 9 }).map((v) =>
    item(
      v,
      (w, x) => w.chars(x, 9),
      (r) => r.chars(9),
    ),
  ),
);

test("whatever XdrWriter writes, XdrReader reads, and any truncation is refused", () => {
  fc.assert(
    fc.property(fc.array(items, { minLength: 1, maxLength: 12 }), fc.nat(), (list, cut) => {
      const writer = new XdrWriter(16); // Small, so that it has to grow in the middle of items.
      for (const { write } of list) write(writer);
      const bytes = writer.take();
      assert.equal(bytes.length % 4, 0);
      const reader = new XdrReader();
      reader.reset(bytes);
      assert.deepEqual(
        list.map(({ read }) => read(reader)),
        list.map(({ value }) => value),
      );
      reader.finish();

      reader.reset(bytes, 0, cut % bytes.length);
      assert.throws(() => list.map(({ read }) => read(reader)), MalformedXdr);
    }),
    { numRuns: 300 },
  );
});

test("the bytes are those of RFC 4506", () => {
  const writer = new XdrWriter();
  writer.int32(-2);
  writer.uint64(2 ** 40 + 1);
  writer.int64(-1);
  writer.double(1.5);
  writer.string("sillyprog", 255);
  writer.bytes(Uint8Array.of(1, 2, 3), 3);
  writer.chars(Uint8Array.of(65, 200), 2);
  assert.equal(
    writer.take().toString("hex"),
    [
      "fffffffe",
      "0000010000000001",
      "ffffffffffffffff",
      "3ff8000000000000",
      "00000009",
      "73696c6c7970726f67000000",
      "00000003",
      "01020300",
      "00000002",
      "00000041",
      "ffffffc8",
    ].join(""),
  );
});

test("XdrReader rounds 64-bit integers beyond 2^53 to the nearest number, and keeps them exact where asked", () => {
  const bytes = Buffer.from("ffffffffffffffff0020000000000001", "hex");
  const reader = new XdrReader();
  reader.reset(bytes);
  assert.deepEqual([reader.uint64(), reader.uint64()], [2 ** 64, 2 ** 53]);
  reader.reset(bytes);
  assert.deepEqual([reader.uint64Exact(), reader.uint64Exact()], [2n ** 64n - 1n, 2n ** 53n + 1n]);
  reader.reset(bytes);
  assert.deepEqual([reader.int64Exact(), reader.int64()], [-1, 2 ** 53]);
});

test("XdrReader refuses lengths and counts that lie", () => {
  const refuses = (hex: string, read: (reader: XdrReader) => unknown): void => {
    const reader = new XdrReader();
    reader.reset(Buffer.from(hex, "hex"));
    assert.throws(() => read(reader), MalformedXdr);
  };
  refuses("ffffffff", (reader) => reader.string(4096));
  refuses("00000005aabbccdd", (reader) => reader.bytes(4096));
  refuses("00000003aabbcc", (reader) => reader.bytes(3)); // The padding is missing.
  refuses("00001001", (reader) => reader.bytes(4096));
  refuses("00ffffff00000000", (reader) => reader.count(0xffffff)); // Would be 16 million items in four bytes.
  refuses("00000002", (reader) => reader.present());
  refuses("00000100", (reader) => reader.uint8());
  refuses("00000000", (reader) => reader.finish());
});

test("XdrWriter refuses values that do not fit, and nothing of the message stays after truncate", () => {
  const writer = new XdrWriter();
  writer.uint32(7);
  const wrong: ((writer: XdrWriter) => void)[] = [
    (w) => w.int32(2 ** 31),
    (w) => w.int32(1.5),
    (w) => w.uint32(-1),
    (w) => w.uint32(Number.NaN),
    (w) => w.uint64(-1),
    (w) => w.uint64(2 ** 53),
    (w) => w.uint64(2n ** 64n),
    (w) => w.int64(2n ** 63n),
    (w) => w.int64(0.5),
    (w) => w.uint8(256),
    (w) => w.int8(1.5),
    (w) => w.string("a\0b", 10),
    (w) => w.string("ééé", 5),
    (w) => w.bytes(new Uint8Array(4), 3),
    (w) => w.fixedBytes(new Uint8Array(4), 5),
    (w) => w.chars(new Uint8Array(4), 3),
    (w) => w.count(4, 3),
  ];
  for (const write of wrong) assert.throws(() => write(writer), CannotEncode);
  writer.truncate(4);
  assert.equal(writer.take().toString("hex"), "00000007");
});

test("XdrWriter never touches again what it has handed over", () => {
  const writer = new XdrWriter(64);
  const taken: Buffer[] = [];
  for (let index = 0; index < 100; index++) {
    writer.string(`message ${index}`, 100);
    taken.push(writer.take());
  }
  const reader = new XdrReader();
  assert.deepEqual(
    taken.map((bytes) => {
      reader.reset(bytes);
      return reader.string(100);
    }),
    Array.from({ length: 100 }, (_, index) => `message ${index}`),
  );
});

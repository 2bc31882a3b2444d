import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode, Mismatch } from "./decode.ts";
import { typeSchemas, verbSchemas } from "./generated/schema.ts";
import * as s from "./schema.ts";

const uuid = "407CB255-34be-432c-be7c-eb43b8de82be";

function bothWays(schema: s.Schema, value: unknown): unknown[] {
  return (["exact", "tolerant"] as const).map((strictness) => {
    try {
      return decode(schema, value, strictness);
    } catch (error) {
      assert.ok(error instanceof Mismatch, String(error));
      return "refused";
    }
  });
}

const refused = "refused";
const cases: readonly [string, s.Schema, unknown, unknown, unknown][] = [
  ["a number in text", s.int32, "512", 512, 512],
  ["text that is no number", s.int32, "many", refused, refused],
  ["hexadecimal", s.int32, "0x10", refused, refused],
  ["a fraction for a whole number", s.uint32, 1.5, refused, 1],
  ["a negative size", s.bytes, -1, refused, -1],
  ["a size beyond 2^53", s.bytes, 2 ** 60, refused, 2 ** 60],
  ["an int32 that is too large", s.int32, 2 ** 31, refused, 2 ** 31],
  ["true in Python's words", s.bool, "True", true, true],
  ["1 for true", s.bool, 1, refused, refused],
  ["a number for text", s.string, 7, "7", "7"],
  ["an object for text", s.string, {}, refused, refused],
  ["null for text", s.string, null, refused, refused],
  ["a number for text that holds one", s.text.uint32, 12, "12", "12"],
  ["text that should hold a number", s.text.uint32, "x", refused, "x"],
  ["a UUID in capitals", s.uuid, uuid, uuid.toLowerCase(), uuid.toLowerCase()],
  ["text for a UUID", s.uuid, "eth0", refused, "eth0"],
  ["an unknown word", s.oneOf(["up", "down"]), "sideways", refused, "sideways"],
  ["an unknown number of an enumeration", s.numbers({ nfs: 1 }), 9, refused, 9],
  ["an object for a list", s.list(s.int32), { 0: 1 }, refused, refused],
  ["a list for an object", s.map(s.int32), [1], refused, refused],
  ["a key that is no UUID", s.map(s.int32, "uuid"), { x: 1 }, refused, { x: 1 }],
  ["a map with values in text", s.map(s.int32), { a: "1" }, { a: 1 }, { a: 1 }],
  ["a field that is not known", s.struct({ a: s.int32 }), { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
  [
    "an unknown field of an open struct",
    s.struct({ a: s.int32 }, true),
    { a: 1, b: [2] },
    { a: 1, b: [2] },
    { a: 1, b: [2] },
  ],
  ["a missing field", s.struct({ a: s.int32 }), {}, refused, refused],
  ["null for an optional field", s.struct({ a: s.optional(s.int32) }), { a: null }, {}, {}],
  ["empty text for an optional id", s.struct({ a: s.optional(s.uuid) }), { a: "" }, {}, {}],
  ["an inherited name for a field", s.struct({ toString: s.optional(s.string) }), {}, {}, {}],
  ["the second form of a union", s.union([s.uuid, s.struct({ a: s.int32 })]), { a: 1 }, { a: 1 }, { a: 1 }],
  ["no form of a union", s.union([s.uuid, s.struct({ a: s.int32 })]), 5, refused, refused],
];
for (const [name, schema, value, exact, tolerant] of cases) {
  test(`decode takes ${name} for what it is`, () => assert.deepEqual(bothWays(schema, value), [exact, tolerant]));
}

test("the message names the path to what is wrong", () => {
  const schema = s.struct({ disks: s.list(s.struct({ size: s.bytes })), map: s.optional(s.map(s.bool)) });
  const message = (value: unknown): string => {
    try {
      decode(schema, value, "exact");
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(message({ disks: [{ size: 1 }, { size: "big" }] }), "disks[1].size must be a number, not a string");
  assert.equal(message({ disks: [{}] }), "disks[0].size is missing");
  assert.equal(message({ disks: [], map: { "a b": 3 } }), 'map["a b"] must be true or false, not a number');
  assert.equal(message(null), "the value must be an object, not null");
});

test("a value can never reach a prototype", () => {
  const evil = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
  const open = decode(s.struct({ a: s.int32 }, true), evil, "exact");
  assert.deepEqual([Object.getPrototypeOf(open) === Object.prototype, open], [true, { a: 1 }]);
  assert.throws(() => decode(s.map(s.any), evil, "tolerant"), Mismatch);
});

test("every named type and every verb is defined down to the ground", () => {
  const visited = new Set<string>();
  const walk = (schema: s.Schema): void => {
    if (schema.kind === "list" || schema.kind === "map" || schema.kind === "text") walk(schema.of);
    if (schema.kind === "union") schema.members.forEach(walk);
    if (schema.kind === "struct") for (const { schema: field } of schema.fields.values()) walk(field);
    if (schema.kind !== "named" || visited.has(schema.name)) return;
    visited.add(schema.name);
    const named = typeSchemas[schema.name];
    assert.ok(named !== undefined, schema.name);
    walk(named);
  };
  for (const { params, result } of Object.values(verbSchemas)) {
    walk(params);
    walk(result);
  }
  assert.equal(Object.keys(verbSchemas).length, 205);
  assert.ok(visited.size > 250, `${visited.size} types are reached`);
});

test("whatever JSON comes, every verb's parameters are decoded or refused", () => {
  const verbs = Object.entries(verbSchemas);
  fc.assert(
    fc.property(fc.nat(verbs.length - 1), fc.jsonValue(), (index, value) => {
      const schema = verbs[index]?.[1].params;
      assert.ok(schema !== undefined);
      for (const result of bothWays(schema, value)) assert.ok(result === refused || typeof result === "object");
    }),
  );
});

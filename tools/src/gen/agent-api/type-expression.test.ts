import assert from "node:assert/strict";
import { test } from "node:test";
import { parseType, toSchema, toTypeScript } from "./type-expression.ts";

const parse = (text: string) => parseType(text, (name) => name === "VmStatus");

const written: Record<string, [string, string]> = {
  uuid: ["string", "s.uuid"],
  bool: ["boolean", "s.bool"],
  bytes: ["number", "s.bytes"],
  "text<bytes>": ["string", "s.text.bytes"],
  "[VmStatus]": ["readonly VmStatus[]", 's.list(s.named("VmStatus"))'],
  "[[string]]": ["readonly (readonly string[])[]", "s.list(s.list(s.string))"],
  "{[int32]}": ["Readonly<Record<string, readonly number[]>>", "s.map(s.list(s.int32))"],
  "{uuid: VmStatus}": ["Readonly<Record<string, VmStatus>>", 's.map(s.named("VmStatus"), "uuid")'],
};
for (const [text, [typeScript, schema]] of Object.entries(written)) {
  test(`${text} becomes ${typeScript}`, () => {
    assert.deepEqual([toTypeScript(parse(text)), toSchema(parse(text))], [typeScript, schema]);
  });
}

for (const vague of ["number", "object", "int", "dict"]) {
  test(`${vague} is refused: it says too little`, () => assert.throws(() => parse(vague), /too vague/));
}

test("a name that nobody defined is refused", () => assert.throws(() => parse("VmStatos"), /unknown type "VmStatos"/));
test("a map with keys that JSON cannot check is refused", () =>
  assert.throws(() => parse("{bool: string}"), /keys of type/));
test("a text that holds no scalar is refused", () => assert.throws(() => parse("text<VmStatus>"), /not a scalar/));

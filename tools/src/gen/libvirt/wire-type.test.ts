import assert from "node:assert/strict";
import { test } from "node:test";
import { emitCodecs } from "./emit-codecs.ts";
import { emitTypes } from "./emit-types.ts";
import { modelProgram } from "./model.ts";
import type { ProgramSpec } from "./spec.ts";
import { parseWireType } from "./wire-type.ts";

const limits = { list: 16 };

test("parseWireType reads the types of specs/libvirt", () => {
  const parsed = ["int32", "string?", "Domain[max list]", "chars[32]", "uuid", "uint32 = 0"].map((text) =>
    parseWireType(text, limits),
  );
  assert.deepEqual(parsed, [
    { base: "int32", optional: false },
    { base: "string", optional: true },
    { base: "Domain", optional: false, length: { max: 16 } },
    { base: "chars", optional: false, length: { exactly: 32 } },
    { base: "bytes", optional: false, length: { exactly: 16 } },
    { base: "uint32", optional: false, byDefault: 0 },
  ]);
});

test("parseWireType refuses what it does not know, with the text at fault", () => {
  assert.throws(() => parseWireType("Domain<16>", limits), /Domain<16>/);
  assert.throws(() => parseWireType("Domain[max many]", limits), /unknown limit: many/);
  assert.throws(() => parseWireType("bytes", limits), /needs a length/);
});

const program: ProgramSpec = {
  program: { name: "remote", number: 1, version: 1 },
  limits: { string: 10, list: 16 },
  types: { Point: { x: "int32" } },
  calls: [{ number: 1, name: "draw_line", takes: { "...": "Point", ends: "Point[max list]", flags: "uint32 = 0" } }],
  events: [],
};

test("spreads and defaults become plain fields and straight-line code", () => {
  const model = modelProgram(program, {
    remote: program,
    qemu: program,
    net: { limits: {}, packetTypes: {}, packetStatuses: {}, types: {} },
    keepalive: { program: { number: 1, version: 1 }, messages: {} },
    constants: { enumerations: {} },
  });
  assert.match(
    emitTypes(model),
    /interface DrawLineArgs \{\n {2}readonly x: number;\n {2}readonly ends: readonly Point\[\];\n {2}readonly flags\?: number \| undefined;\n\}/,
  );
  const codecs = emitCodecs(model);
  assert.match(
    codecs,
    /w\.int32\(v\.x\);\n {2}w\.count\(v\.ends\.length, 16\);\n {2}for \(const item of v\.ends\) encodePoint\(w, item\);\n {2}w\.uint32\(v\.flags \?\? 0\);/,
  );
  assert.match(codecs, /x: r\.int32\(\),\n {4}ends: list\(r, 16, decodePoint\),\n {4}flags: r\.uint32\(\),/);
});

test("a field that spreads an unknown type is an error that names it", () => {
  const wrong = { ...program, calls: [{ number: 1, name: "draw", takes: { "...": "Circle" } }] };
  assert.throws(
    () => modelProgram(wrong, { remote: program } as unknown as Parameters<typeof modelProgram>[1]),
    /spreads Circle/,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readImageHead } from "./read-image-head.ts";

// Made with ImageMagick: `convert -size 30x20 xc:red x.png` and so on, their first bytes.
const png = "89504e470d0a1a0a0000000d494844520000001e00000014";
const gif = "47494638396114000a00";
const jpeg = `ffd8ffe000104a46494600010100000100010000ffdb0004${"00".repeat(2)}ffc0000b08000a00140101`;

test("the size of a picture is in its first bytes", () => {
  const read = (hex: string) => readImageHead(Buffer.from(hex, "hex"));
  assert.deepEqual(read(png), { mediaType: "image/png", width: 30, height: 20 });
  assert.deepEqual(read(gif), { mediaType: "image/gif", width: 20, height: 10 });
  assert.deepEqual(read(jpeg), { mediaType: "image/jpeg", width: 20, height: 10 });
});

test("a picture that is cut short is none", () => {
  for (const hex of [png, gif, jpeg]) {
    const bytes = Buffer.from(hex, "hex");
    for (let length = 0; length < bytes.length - 2; length++) {
      assert.equal(readImageHead(bytes.subarray(0, length)), undefined, `${hex.slice(0, 8)} ${length}`);
    }
  }
});

test("any bytes at all are a picture or none, and never a crash or a hang", () => {
  const heads = fc.constantFrom(png, gif, "ffd8", "ffd8ffe0").map((hex) => Buffer.from(hex, "hex"));
  fc.assert(
    fc.property(fc.oneof(heads, fc.constant(Buffer.alloc(0))), fc.uint8Array({ maxLength: 300 }), (head, rest) => {
      const found = readImageHead(Buffer.concat([head, rest]));
      assert.ok(found === undefined || (found.width > 0 && found.height > 0));
    }),
  );
});

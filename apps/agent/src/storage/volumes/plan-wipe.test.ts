import assert from "node:assert/strict";
import { test } from "node:test";
import { KiB, MiB } from "@yagura/std/units.ts";
import { parseMap } from "../tools/volume-blocks.ts";
import { planWipe } from "./plan-wipe.ts";

test("whatever has data is overwritten, in whole blocks, by few programs", () => {
  for (let count = 0; count < 300; count += 7) {
    const extents = Array.from({ length: count }, (_, index) => {
      const fromBytes = index * MiB + ((index * 7919) % 900) * KiB + index;
      return { fromBytes, toBytes: fromBytes + 1 + ((index * 104_729) % (100 * KiB)) };
    });
    const ranges = planWipe(extents);
    assert.ok(ranges.length <= Math.min(64, count));
    for (const { fromBytes, toBytes } of extents) {
      assert.ok(ranges.some((range) => range.fromBytes <= fromBytes && range.toBytes >= toBytes));
    }
    for (const [index, { fromBytes, toBytes }] of ranges.entries()) {
      assert.ok(fromBytes % (4 * KiB) === 0 && toBytes % (4 * KiB) === 0 && fromBytes < toBytes);
      assert.ok(fromBytes > (ranges[index - 1]?.toBytes ?? -1));
    }
  }
});

test("what the file system calls data is data, and a hole is not", () => {
  const text = `[{"start": 0, "length": 4096, "data": true}, {"start": 4096, "length": 100, "data": false}]`;
  assert.deepEqual(parseMap(text), [{ fromBytes: 0, toBytes: 4096 }]);
  assert.throws(() => parseMap("{}"));
  assert.throws(() => parseMap(`[{"start": 0}]`));
});

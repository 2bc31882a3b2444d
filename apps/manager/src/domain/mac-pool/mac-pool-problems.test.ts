import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacPool } from "./mac-pool.ts";
import { macRangeProblems, overlappingPools, readMacRange } from "./mac-pool-problems.ts";

const range = (from: string, to: string) => ({ from: `02:00:00:00:${from}`, to: `02:00:00:00:${to}` });

test("the ranges of a pool have something in them, and nothing twice", () => {
  assert.deepEqual(macRangeProblems([range("00:00", "00:0f"), range("00:10", "00:10")]), []);
  assert.match(macRangeProblems([]).join(), /at least one/);
  assert.match(macRangeProblems([range("00:01", "00:00")]).join(), /ends before it begins/);
  assert.match(macRangeProblems([range("00:00", "00:0f"), range("00:0f", "01:00")]).join(), /overlapping/);
  assert.match(macRangeProblems([{ from: "02:00:00:00:00:00", to: "04:00:00:00:00:00" }]).join(), /has more than/);
});

test("pools that share an address are named", () => {
  const other = { name: "other", ranges: [range("01:00", "02:00")] } as unknown as MacPool;
  assert.deepEqual(overlappingPools([range("02:00", "03:00")], [other]), ["other"]);
  assert.deepEqual(overlappingPools([range("02:01", "03:00")], [other]), []);
});

test("a range of many receivers, or of nothing, is none", () => {
  assert.equal(readMacRange({ from: "01:00:00:00:00:00", to: "01:00:00:00:00:01" }), undefined);
  assert.equal(readMacRange({ from: "", to: "" }), undefined);
  assert.deepEqual(readMacRange({ from: "0A:00:00:00:00:00", to: "0a:00:00:00:00:0F" }), {
    from: "0a:00:00:00:00:00",
    to: "0a:00:00:00:00:0f",
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { settledUpTo } from "./settled-up-to.ts";

const at = (id: number, timeMs: number) => ({ id, timeMs });

test("settledUpTo goes to the last event when none is missing", () => {
  assert.equal(settledUpTo(4, [at(5, 100), at(6, 100)], 100), 6);
  assert.equal(settledUpTo(4, [], 100), 4);
});

test("settledUpTo stops before a gap that may still be filled, and goes on when it cannot", () => {
  const events = [at(5, 100), at(7, 110)];
  assert.equal(settledUpTo(4, events, 200), 5);
  assert.equal(settledUpTo(4, events, 2110), 7);
});

test("settledUpTo goes over what was forgotten long ago", () => {
  assert.equal(settledUpTo(0, [at(900, 100), at(901, 9999)], 10_000), 901);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Patience } from "./patience.ts";

const notYet = (): Error => Object.assign(new Error("not yet"), { patienceMs: 600_000 });

test("patience ends with the time of its error, which may be a cause", () => {
  const patience = new Patience("bounded");
  for (let atMs = 0; atMs < 600_000; atMs += 30_000) assert.equal(patience.isAtEnd(notYet(), atMs), false);
  assert.equal(patience.isAtEnd(new Error("it could not be done", { cause: notYet() }), 600_000), true);
});

test("hours of work between two waits do not count", () => {
  const patience = new Patience("bounded");
  patience.isAtEnd(notYet(), 0);
  assert.equal(patience.isAtEnd(notYet(), 3_600_000), false);
  assert.equal(patience.isAtEnd(notYet(), 3_630_000), false);
});

test("without a bound of its own an error is waited for, and a step for which nothing else is left waits for any", () => {
  assert.equal(new Patience("bounded").isAtEnd(new Error("silent"), 1e9), false);
  const patience = new Patience("for ever");
  for (let atMs = 0; atMs < 1_200_000; atMs += 30_000) assert.equal(patience.isAtEnd(notYet(), atMs), false);
});

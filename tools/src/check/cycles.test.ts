import assert from "node:assert/strict";
import { test } from "node:test";
import { findCycles } from "./cycles.ts";

test("findCycles finds each circle once, also one of a single file, and leaves the rest alone", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["a"]],
    ["d", ["e"]],
    ["e", []],
    ["f", ["f"]],
    ["g", ["h", "e"]],
    ["h", ["g"]],
  ]);
  assert.deepEqual(findCycles(graph), [["a", "b", "c"], ["f"], ["g", "h"]]);
});

test("findCycles says nothing of a graph without circles, or an empty one", () => {
  assert.deepEqual(
    findCycles(
      new Map([
        ["a", ["b", "c"]],
        ["b", ["c"]],
        ["c", []],
      ]),
    ),
    [],
  );
  assert.deepEqual(findCycles(new Map()), []);
});

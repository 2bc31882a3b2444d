import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEvent } from "../../db/queries/sagas.ts";
import { decideNext } from "./decide-next.ts";

const steps = ["a", "b", "c"];

/** "a+ b!" : a has succeeded, b was started and has failed. */
const marks: Record<string, JournalEvent> = {
  ">": "started",
  "+": "succeeded",
  "!": "failed",
  "<": "undo-started",
  "-": "undone",
};

function journal(text: string) {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ step: word.slice(0, 1), event: marks[word.slice(1)] ?? "started", output: "because" as const }));
}

const scenarios: Record<string, [string, string]> = {
  "begins with the first step": ["", "run a"],
  "does a step again whose end is not known": ["a>", "run a again"],
  "goes on after a step": ["a> a+", "run b"],
  "ends after the last": ["a> a+ b> b+ c> c+", "end succeeded"],
  "undoes the step that failed": ["a> a+ b> b!", "undo b"],
  "goes on undoing where it was": ["a> a+ b> b! b< b-", "undo a"],
  "undoes again what was not known to be undone": ["a> a+ b> b! b<", "undo b again"],
  "ends when everything is undone": ["a> a+ b> b! b< b- a< a-", "end failed"],
  "has nothing to undo when nothing was begun": ["a> a! a< a-", "end failed"],
};
for (const [name, [text, expected]] of Object.entries(scenarios)) {
  test(`decideNext ${name}`, () => {
    const move = decideNext(steps, journal(text));
    const words =
      move.do === "end" ? `end ${move.outcome}` : `${move.do} ${move.step}${move.isFirstTry ? "" : " again"}`;
    assert.equal(words, expected);
  });
}

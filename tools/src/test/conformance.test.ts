import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeRun, renewRecord } from "./conformance.ts";
import type { Outcome } from "./reporter.ts";

const outcome = (file: string, name: string, result: Outcome["result"], isSuite = false): Outcome => {
  return { file, name, result, durationMs: 1, ...(isSuite && { isSuite }) };
};
const proof = (operation: string, file: string, name: string) => ({ operation, file, test: name });
const record = { "GET /vms": ["vms.ts: lists"], "POST /vms/{}/start": ["real.ts: starts"] };

const whole = {
  outcomes: [outcome("vms.ts", "lists", "passed"), outcome("real.ts", "starts", "passed")],
  proofs: [proof("GET /vms", "vms.ts", "lists"), proof("POST /vms/{}/start", "real.ts", "starts")],
};

test("judgeRun has nothing to say of a run that saw what is recorded", () => {
  assert.deepEqual(judgeRun(record, whole), { lost: [], unseen: [], unrecorded: [] });
});

test("judgeRun misses an operation whose test failed, and one whose test is gone", () => {
  const outcomes = [outcome("vms.ts", "lists", "failed")];
  const { lost } = judgeRun(record, { outcomes, proofs: [] });
  assert.deepEqual(lost, ["GET /vms", "POST /vms/{}/start"]);
});

test("judgeRun tells operations whose test, or its suite, was skipped here from lost ones", () => {
  const outcomes = [outcome("vms.ts", "lists", "skipped"), outcome("real.ts", "on real hosts", "skipped", true)];
  assert.deepEqual(judgeRun(record, { outcomes, proofs: [] }), {
    lost: [],
    unseen: ["GET /vms", "POST /vms/{}/start"],
    unrecorded: [],
  });
});

test("judgeRun does not take the word of a test that skipped itself at last", () => {
  const outcomes = [outcome("vms.ts", "lists", "skipped"), outcome("real.ts", "starts", "passed")];
  assert.deepEqual(judgeRun(record, { ...whole, outcomes }).unseen, ["GET /vms"]);
});

test("judgeRun names what was seen and is not in the record", () => {
  assert.deepEqual(judgeRun({}, whole).unrecorded, ["GET /vms", "POST /vms/{}/start"]);
});

test("renewRecord replaces what is known of the files that ran, and keeps the rest", () => {
  const before = { ...record, "GET /gone": ["vms.ts: was here"], "GET /tags": ["tags.ts: lists"] };
  const run = {
    outcomes: [outcome("vms.ts", "lists", "passed"), outcome("real.ts", "starts", "skipped")],
    proofs: [proof("GET /vms/{}", "vms.ts", "lists")],
  };
  assert.deepEqual(Object.entries(renewRecord(before, run)), [
    ["GET /tags", ["tags.ts: lists"]],
    ["GET /vms/{}", ["vms.ts: lists"]],
    ["POST /vms/{}/start", ["real.ts: starts"]],
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CallLimits, CallWindow } from "./call-window.ts";
import type { Pace } from "./protocol/procedure.ts";

const limits: CallLimits = { ordinaryMax: 2, quickMax: 3, waitingMax: 5 };
const call = (pace: Pace, name = "") => ({ pace, name });

test("CallWindow keeps one of the daemon's request slots free, however many quick calls there are", () => {
  const window = new CallWindow<ReturnType<typeof call>>(limits);
  const admitted = Array.from({ length: 4 }, () => [window.admit(call("ordinary")), window.admit(call("quick"))]);
  assert.deepEqual(admitted, [
    [true, true],
    [true, true],
    [false, true],
    [false, false],
  ]);
  assert.equal(window.waiting, 3);
});

test("CallWindow sends what waits in the order it was made, as places become free", () => {
  const window = new CallWindow<ReturnType<typeof call>>(limits);
  const calls = ["a", "b", "c", "d", "e"].map((name) => call("ordinary", name));
  for (const one of calls) window.admit(one);
  assert.equal(window.next(), undefined);
  window.release(call("ordinary"));
  assert.equal(window.next()?.name, "c");
  assert.equal(window.next(), undefined);
  window.release(call("ordinary"));
  window.release(call("ordinary"));
  // A place is free, but whoever came earlier has it.
  assert.equal(window.admit(call("ordinary", "f")), false);
  assert.deepEqual([window.next()?.name, window.next()?.name, window.next()], ["d", "e", undefined]);
  assert.deepEqual(
    window.drain().map(({ name }) => name),
    ["f"],
  );
});

test("CallWindow is full when as many wait as may", () => {
  const window = new CallWindow<ReturnType<typeof call>>(limits);
  for (let index = 0; index < 7; index++) window.admit(call("ordinary"));
  assert.equal(window.isFull, true);
});

test("CallWindow never exceeds its limits, and loses and repeats no call", () => {
  const paces = fc.constantFrom<Pace>("quick", "ordinary");
  fc.assert(
    fc.property(fc.array(fc.oneof(paces, fc.constant("end" as const)), { maxLength: 300 }), (steps) => {
      const window = new CallWindow<{ readonly pace: Pace; readonly index: number }>({ ...limits, waitingMax: 1_000 });
      const inFlight: { readonly pace: Pace; readonly index: number }[] = [];
      const started: number[] = [];
      const start = (one: { readonly pace: Pace; readonly index: number }): void => {
        inFlight.push(one);
        started.push(one.index);
        assert.ok(inFlight.filter(({ pace }) => pace === "ordinary").length <= limits.ordinaryMax);
        assert.ok(inFlight.filter(({ pace }) => pace === "quick").length <= limits.quickMax);
      };
      for (const [index, step] of steps.entries()) {
        if (step !== "end") {
          if (window.admit({ pace: step, index })) start({ pace: step, index });
          continue;
        }
        const ended = inFlight.shift();
        if (ended === undefined) continue;
        window.release(ended);
        for (let next = window.next(); next !== undefined; next = window.next()) start(next);
      }
      const all = [...started, ...window.drain().map(({ index }) => index)].toSorted((a, b) => a - b);
      assert.deepEqual(
        all,
        steps.flatMap((step, index) => (step === "end" ? [] : [index])),
      );
    }),
  );
});

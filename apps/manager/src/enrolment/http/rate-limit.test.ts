import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { RateLimit } from "./rate-limit.ts";

test("RateLimit lets a burst through, then as many as time gives, each caller for himself", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit(clock, { burst: 2, perSecond: 2, callersMax: 10 });
  const ask = (caller: string, times: number) => Array.from({ length: times }, () => limit.allows(caller));
  assert.deepEqual(ask("a", 3), [true, true, false]);
  assert.deepEqual(ask("b", 1), [true]);
  await clock.advance(500);
  assert.deepEqual(ask("a", 2), [true, false]);
  await clock.advance(3_600_000);
  assert.deepEqual(ask("a", 3), [true, true, false]);
});

test("RateLimit remembers a bounded number of callers", () => {
  const limit = new RateLimit(new FakeClock(), { burst: 1, perSecond: 1, callersMax: 2 });
  for (const caller of ["a", "b", "c"]) assert.equal(limit.allows(caller), true);
  assert.equal(limit.allows("a"), true, "forgotten");
  assert.equal(limit.allows("c"), false, "remembered");
});

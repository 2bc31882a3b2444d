import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { CallerLimiter, TooManyRequests } from "./caller-limiter.ts";

test("CallerLimiter lets a caller ask very often for a while, then as often as is left to him, and others as before", async () => {
  const clock = new FakeClock();
  const limiter = new CallerLimiter(clock);
  for (let n = 0; n < 10_000; n++) limiter.take("ann");
  assert.throws(() => limiter.take("ann"), TooManyRequests);
  limiter.take("bob");
  await clock.advance(1000);
  for (let n = 0; n < 500; n++) limiter.take("ann");
  assert.throws(() => limiter.take("ann"), TooManyRequests);
  await clock.advance(60_000);
  for (let n = 0; n < 10_000; n++) limiter.take("ann");
  assert.throws(() => limiter.take("ann"), TooManyRequests);
});
